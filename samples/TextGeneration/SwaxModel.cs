using System;
using System.IO;
using System.Linq;
using TextGeneration.Blocks;
using TextGeneration.Dense;

namespace TextGeneration;

/// <summary>
/// swax-tiny (see model/MODEL.md) with the state of one stream. <see cref="Prefill"/> and <see cref="Step"/> may be mixed
/// freely; both leave the scores of the next byte in <see cref="Logits"/>.
/// </summary>
internal sealed class SwaxModel
{
    /// <summary>Tokens that go through the blocks together: enough to reuse the weights, few enough to stay in the cache.</summary>
    private const int ChunkTokens = 128;

    private readonly int _dim;
    private readonly float[] _embedding;
    private readonly Block[] _blocks;
    private readonly RmsNorm _norm;
    private readonly Linear _head;
    private readonly Scratch _scratch;
    private readonly float[] _logits;

    private SwaxModel(SwaxConfig config, Safetensors file)
    {
        _dim = config.Dim;
        _embedding = file.Floats("embed.weight", config.Vocabulary, config.Dim);
        _blocks = [.. config.Pattern.Select((mixer, i) => new Block(file, $"blocks.{i}", config, mixer))];
        _norm = new RmsNorm(file, "norm", config.Dim, config.NormEpsilon);
        _head = new Linear(file, "head", config.Dim, config.Vocabulary);
        _logits = new float[config.Vocabulary];

        // The widest moment is inside a mixer or an MLP: at most ten rows of one width are alive together.
        _scratch = new Scratch(ChunkTokens * 10 * Math.Max(config.Dim, config.Hidden));
    }

    public Timings Timings { get; } = new();

    /// <summary>Scores of the byte after the last one seen.</summary>
    public ReadOnlySpan<float> Logits => _logits;

    /// <summary>Tokens the attention blocks see, 1 to 128. It may change in the middle of a stream.</summary>
    public int Window
    {
        set
        {
            foreach (SlidingWindowMixer mixer in _blocks.Select(block => block.Mixer).OfType<SlidingWindowMixer>())
            {
                mixer.Window = value;
            }
        }
    }

    public int Parameters => _embedding.Length + _blocks.Sum(block => block.Parameters) + _norm.Parameters + _head.Parameters;

    public int WeightBytes => (sizeof(float) * (_embedding.Length + _norm.Parameters)) + _blocks.Sum(block => block.WeightBytes) + _head.WeightBytes;

    public int StateBytes => _blocks.Sum(block => block.Mixer.StateBytes);

    public static SwaxModel Load(string folder) =>
        new(SwaxConfig.Open(Path.Combine(folder, "config.json")), Safetensors.Open(Path.Combine(folder, "model.safetensors")));

    /// <summary>Reads a piece of text; pieces add up.</summary>
    public void Prefill(ReadOnlySpan<byte> text) => Run(text, []);

    /// <summary>Reads one byte.</summary>
    public void Step(byte token) => Run(new ReadOnlySpan<byte>(in token), []);

    /// <summary>Reads a piece of text and scores what follows each of its bytes: logits [text, vocabulary].</summary>
    public void Score(ReadOnlySpan<byte> text, Span<float> logits) => Run(text, logits);

    /// <summary>Forgets the stream.</summary>
    public void Reset()
    {
        foreach (Block block in _blocks)
        {
            block.Mixer.Reset();
        }
    }

    private void Run(ReadOnlySpan<byte> text, Span<float> allLogits)
    {
        Timings.Start();
        for (int start = 0; start < text.Length; start += ChunkTokens)
        {
            ReadOnlySpan<byte> chunk = text.Slice(start, Math.Min(ChunkTokens, text.Length - start));
            using Scratch.Frame frame = _scratch.Begin();
            Span<float> x = _scratch.Take(chunk.Length * _dim);
            Embed(chunk, x);
            foreach (Block block in _blocks)
            {
                block.Apply(x, chunk.Length, _scratch, Timings);
            }

            if (!allLogits.IsEmpty)
            {
                Predict(x, allLogits.Slice(start * _logits.Length, chunk.Length * _logits.Length));
            }

            // The scores after the last byte are all that generation needs.
            if (start + chunk.Length == text.Length)
            {
                Predict(x[^_dim..], _logits);
            }
        }
    }

    private void Embed(ReadOnlySpan<byte> text, Span<float> x)
    {
        for (int i = 0; i < text.Length; i++)
        {
            _embedding.AsSpan(text[i] * _dim, _dim).CopyTo(x[(i * _dim)..]);
        }

        Timings.Lap(Part.Embedding);
    }

    private void Predict(ReadOnlySpan<float> x, Span<float> logits)
    {
        using Scratch.Frame frame = _scratch.Begin();
        Span<float> normed = _scratch.Take(x.Length);
        _norm.Apply(x, normed);
        _head.Apply(normed, logits);
        Timings.Lap(Part.Head);
    }
}
