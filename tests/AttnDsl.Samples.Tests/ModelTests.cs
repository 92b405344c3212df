using System;
using System.IO;
using TextGeneration;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Samples.Tests;

/// <summary>The whole model against logits and text computed in double precision outside AttnDsl.</summary>
public sealed class ModelTests(ITestOutputHelper log)
{
    private const int Vocabulary = 256;

    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "model");
    private static readonly Safetensors s_reference = Safetensors.Open(Path.Combine(s_folder, "reference.safetensors"));

    private static byte[] Prompt => s_reference.Bytes("prompt").ToArray();

    [Theory]
    [InlineData(128)]
    [InlineData(16)]
    public void Score_ReferencePrompt_GivesReferenceLogits(int window)
    {
        SwaxModel model = SwaxModel.Load(s_folder);
        model.Window = window;
        float[] logits = new float[Prompt.Length * Vocabulary];
        model.Score(Prompt, logits);

        AssertClose(s_reference.Floats($"logits_w{window}", Prompt.Length, Vocabulary), logits, 1e-3f);
    }

    [Theory]
    [InlineData(128)]
    [InlineData(16)]
    public void Step_ReferencePrompt_GivesReferenceLogits(int window)
    {
        SwaxModel model = SwaxModel.Load(s_folder);
        model.Window = window;
        float[] logits = new float[Prompt.Length * Vocabulary];
        for (int t = 0; t < Prompt.Length; t++)
        {
            model.Step(Prompt[t]);
            model.Logits.CopyTo(logits.AsSpan(t * Vocabulary));
        }

        AssertClose(s_reference.Floats($"logits_w{window}", Prompt.Length, Vocabulary), logits, 1e-3f);
    }

    [Fact]
    public void Greedy_ReferencePrompt_GivesReferenceText()
    {
        SwaxModel model = SwaxModel.Load(s_folder);
        model.Prefill(Prompt);

        Assert.Equal(s_reference.Bytes("greedy_200").ToArray(), Generate(model, new Sampler(0, 0), 200));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(348)]
    public void Prefill_ThenStep_EqualsOnePass(int split)
    {
        SwaxModel model = SwaxModel.Load(s_folder);
        float[] whole = new float[Prompt.Length * Vocabulary], parts = new float[whole.Length];
        model.Score(Prompt, whole);

        model.Reset();
        model.Score(Prompt.AsSpan(0, split), parts.AsSpan(0, split * Vocabulary));
        for (int t = split; t < Prompt.Length; t++)
        {
            model.Step(Prompt[t]);
            model.Logits.CopyTo(parts.AsSpan(t * Vocabulary));
        }

        AssertClose(whole, parts, 1e-3f);
    }

    [Fact]
    public void Reset_AfterText_IsAsNew()
    {
        SwaxModel model = SwaxModel.Load(s_folder);
        model.Prefill(Prompt);
        float[] first = model.Logits.ToArray();
        model.Reset();
        model.Prefill(Prompt);

        Assert.Equal(first, model.Logits.ToArray());
    }

    [Fact]
    public void Generation_PerByte_AllocatesNothing()
    {
        SwaxModel model = SwaxModel.Load(s_folder);
        Sampler sampler = new(0.8f, 1);
        ByteOutput output = new(Stream.Null);
        model.Prefill(Prompt);
        long before = 0;
        for (int i = 0; i < 50; i++)
        {
            // The first rounds may allocate for the sake of the JIT.
            before = i == 10 ? GC.GetAllocatedBytesForCurrentThread() : before;
            byte next = sampler.Next(model.Logits);
            output.Write(next);
            model.Step(next);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("\"heads\": 3", "\"heads\": 4", "heads is 4")]
    [InlineData("\"rope_base\": 10000.0", "\"rope_base\": 500.0", "rope_base is 500")]
    [InlineData("\"dim\": 192", "\"dim\": 96", "embed.weight")]
    [InlineData("\"dim\": 192", "\"width\": 192", "'dim'")]
    [InlineData("\"layers\": 6", "\"layers\": 7", "pattern")]
    [InlineData("\"mlp_hidden\": 384", "\"mlp_hidden\": 1.5", "mlp_hidden")]
    [InlineData("{", "", "JSON")]
    public void Load_ConfigThatDoesNotFit_IsRefused(string from, string to, string problem)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            File.Copy(Path.Combine(s_folder, "model.safetensors"), Path.Combine(folder, "model.safetensors"));
            string text = File.ReadAllText(Path.Combine(s_folder, "config.json"));
            int at = text.IndexOf(from, StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(folder, "config.json"), text.Remove(at, from.Length).Insert(at, to));

            Assert.Contains(problem, Assert.Throws<InvalidDataException>(() => SwaxModel.Load(folder)).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Generate(SwaxModel model, Sampler sampler, int length)
    {
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++)
        {
            text[i] = sampler.Next(model.Logits);
            model.Step(text[i]);
        }

        return text;
    }

    private void AssertClose(float[] expected, float[] actual, float tolerance)
    {
        float largest = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.False(float.IsNaN(actual[i]), $"logit {i % Vocabulary} of token {i / Vocabulary} is NaN");
            largest = MathF.Max(largest, MathF.Abs(expected[i] - actual[i]));
        }

        log.WriteLine($"largest difference {largest:E2}");
        Assert.InRange(largest, 0, tolerance);
    }
}
