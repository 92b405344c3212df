using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Conformance.Support;
using AttnDsl.Golden.Layers;
using AttnDsl.Golden.Vectors;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.Layers;

/// <summary>A layer of LearnedDeclarations.cs and the truth about it.</summary>
/// <param name="Learned">Its parameters, with their shapes.</param>
/// <param name="Spec">What the oracle knows of it: the inputs are drawn from it.</param>
/// <param name="Of">One output head, given the parameters: the layer as the oracle knows it, and the factor by which its output is multiplied.</param>
internal sealed record LearnedSubject(string Name, (string Name, int[] Shape)[] Learned, LayerSpec Spec, Func<Dictionary<string, double[]>, int, (LayerSpec Spec, double Factor)> Of, ILayer Layer)
{
    private const double Bar = 2e-6, GradientBar = 5e-6, Step = 1e-4;

    private static readonly LayerSpec s_base = new() { KeyDim = 5, ValueDim = 3, Heads = 2, Similarity = Similarity.EluPlusOne };

    public static readonly IReadOnlyDictionary<string, LearnedSubject> All = new LearnedSubject[]
    {
        new(nameof(LearnedScore5x3), [("slope", [4]), ("sharpness", [4])], s_base with { Heads = 4, KeyValueHeads = 2, Similarity = Similarity.Softmax },
            (p, h) => (s_base with { Heads = 4, KeyValueHeads = 2, Similarity = Similarity.Softmax, Score = (x, i, j, _) => (p["sharpness"][h] * x) - (p["slope"][h] * p["slope"][h] * (i - j)) }, 1),
            new Layer<LearnedScore5x3.Inputs, LearnedScore5x3.Gradients, LearnedScore5x3.State>(
                Forms.Parallel | Forms.Recurrent,
                t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { Slope = t["in.slope"], Sharpness = t["in.sharpness"] } },
                t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { Slope = t["in.slope"], Sharpness = t["in.sharpness"] } },
                LearnedScore5x3.Forward, LearnedScore5x3.Forward, LearnedScore5x3.Backward, (b, h, c) => new(b, c),
                (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = LearnedScore5x3.Backward }),
        new(nameof(LearnedGla5x3), [("size", [2]), ("strength", [4])], s_base with { ValueHeads = 4, Decay = DecaySource.Key, LogSigmoid = true },
            (p, n) => (s_base with { ValueHeads = 4, Decay = DecaySource.Key, LogSigmoid = true, Temperature = 1 / p["strength"][n] }, p["size"][n / 2] * p["size"][n / 2]),
            new Layer<LearnedGla5x3.Inputs, LearnedGla5x3.Gradients, LearnedGla5x3.State>(
                Forms.Parallel | Forms.Chunkwise | Forms.Recurrent,
                t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { Size = t["in.size"], Strength = t["in.strength"] } },
                t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { Size = t["in.size"], Strength = t["in.strength"] } },
                LearnedGla5x3.Forward, LearnedGla5x3.Forward, LearnedGla5x3.Backward, (b, h, c) => new(b),
                (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LearnedGla5x3.Backward }),
        new(nameof(LearnedDivisor5x3), [("factor", [2])], s_base with { Causal = false, Denominator = Denominator.KeySum },
            (p, h) => (s_base with { Causal = false, Denominator = Denominator.KeySum }, 1 / p["factor"][h]),
            new Layer<LearnedDivisor5x3.Inputs, LearnedDivisor5x3.Gradients>(
                Forms.Parallel | Forms.Chunkwise,
                t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { Factor = t["in.factor"] } },
                t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { Factor = t["in.factor"] } },
                LearnedDivisor5x3.Forward, LearnedDivisor5x3.Backward)),
        new(nameof(LearnedVectors5x3), [("size", [2]), ("w", [2, 6, 5]), ("u", [2, 5])], s_base with { Decay = DecaySource.Key, LogSigmoid = true, Denominator = Denominator.KeySum, OwnFeatures = 6, OwnMap = x => Gaussians(x, new() { ["w"] = new double[60], ["u"] = new double[10], ["size"] = new double[2] }, 0) },
            (p, h) => (s_base with { Decay = DecaySource.Key, LogSigmoid = true, Denominator = Denominator.KeySum, OwnFeatures = 6, OwnMap = x => Gaussians(x, p, h) }, 1),
            new Layer<LearnedVectors5x3.Inputs, LearnedVectors5x3.Gradients, LearnedVectors5x3.State>(
                Forms.Parallel | Forms.Chunkwise | Forms.Recurrent,
                t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { Size = t["in.size"], W = t["in.w"], U = t["in.u"] } },
                t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { Size = t["in.size"], W = t["in.w"], U = t["in.u"] } },
                LearnedVectors5x3.Forward, LearnedVectors5x3.Forward, LearnedVectors5x3.Backward, (b, h, c) => new(b),
                (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.Z, BackwardThrough = LearnedVectors5x3.Backward }),
    }.ToDictionary(s => s.Name);

    private static double[] Gaussians(double[] x, Dictionary<string, double[]> p, int h)
    {
        var envelope = 0.0;
        for (var c = 0; c < 5; c++) envelope += p["u"][(h * 5) + c] * x[c] * x[c];
        return [.. Enumerable.Range(0, 6).Select(f => Math.Exp(p["size"][h] * Enumerable.Range(0, 5).Sum(c => p["w"][(((h * 6) + f) * 5) + c] * Math.Max(x[c], 0.1 * x[c])) - envelope))];
    }

    /// <summary>Every form, a stream, and the gradient of every parameter and input, against the oracle.</summary>
    public IEnumerable<string> Faults(ILayer layer, int time)
    {
        var subject = new Subject(Name, Spec, layer);
        var run = new GradientRun(subject, seed: time + 3, time);
        var values = Learned.ToDictionary(l => l.Name, l => Array.ConvertAll(new Draw(time + l.Name.Length).Uniform(Count(l.Shape), 0.3, 0.9), x => (double)x));
        var tensors = new Dictionary<string, FloatTensor>(run.Run.Tensors);
        foreach (var (name, shape) in Learned) tensors["in." + name] = new FloatTensor(Array.ConvertAll(values[name], x => (float)x), shape) { IsLearned = true };
        TimeSlice Slice(int start, int count) => new(tensors, default, start, count);
        var truth = Truth(run, values);

        foreach (var form in new[] { Forms.Fastest, Forms.Parallel, Forms.Chunkwise, Forms.Recurrent }.Where(form => form == Forms.Fastest || layer.Forms.HasFlag(form)))
        {
            var output = run.Run.NewOutput();
            layer.Forward(Slice(0, time), output.Span, form);
            yield return Fault($"{form}", output.Data, truth, Bar);
        }

        if (layer.IsCausal)
        {
            var (streamed, state) = (run.Run.NewOutput(), run.Run.NewState());
            state.Prefill(Slice(0, time / 2), streamed.Time(0, time / 2));
            for (var t = time / 2; t < time; t++) state.Step(Slice(t, 1), streamed.Time(t, 1));
            yield return Fault("stream", streamed.Data, truth, Bar);
        }

        var gradients = run.NewGradients();
        foreach (var (name, shape) in Learned) gradients["in." + name] = FloatTensor.Poisoned(shape) with { IsLearned = true };
        layer.Backward(Slice(0, time), run.Upstream.Span, new(gradients, default, 0, time));
        foreach (var (name, shape) in Learned)
        {
            var slopes = Enumerable.Range(0, Count(shape)).Select(n => (Loss(name, n, Step) - Loss(name, n, -Step)) / (2 * Step)).ToArray();
            yield return Fault($"d{name}", gradients["in." + name].Data, slopes, GradientBar);
        }

        static int Count(int[] shape) => shape.Aggregate(1, (count, n) => count * n);

        double Loss(string name, int at, double by)
        {
            var moved = values.ToDictionary(v => v.Key, v => v.Key == name ? [.. v.Value.Select((x, n) => n == at ? x + by : x)] : v.Value);
            return Truth(run, moved).Zip(run.Upstream.Data, (o, u) => o * u).Sum();
        }
    }

    /// <summary>Each output head from the oracle's run of the layer that it is.</summary>
    private double[] Truth(GradientRun run, Dictionary<string, double[]> values)
    {
        var (heads, width) = (Spec.StateHeads, Spec.ValueDim);
        var output = new double[run.Upstream.Data.Length];
        for (var n = 0; n < heads; n++)
        {
            var (spec, factor) = Of(values, n);
            var all = Oracle.Run<double>(spec, run.Run.Inputs).Output;
            for (var i = 0; i < all.Length; i++)
                if (i / width % heads == n) output[i] = factor * all[i];
        }

        return output;
    }

    private static string Fault(string what, float[] actual, double[] expected, double bar)
    {
        var error = ErrorRatio.Of(Array.ConvertAll(actual, x => (double)x), expected, Tolerances.LeastGradient);
        return error <= bar ? "" : $"{what}: {error:e2} over {bar:e2}";
    }
}
