using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Conformance.Support;
using AttnDsl.Golden.Layers;
using AttnDsl.Golden.Vectors;
using Xunit;

namespace AttnDsl.Conformance.Layers;

/// <summary>
/// A learned parameter is checked through what it adds: o + D·v, whose gradients are D·do for v and Σ do·v for D. The layer without
/// it is checked against the oracle elsewhere.
/// </summary>
internal static class SkipRun
{
    private const double Bar = 2e-6, GradientBar = 5e-6;

    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (var name in SkipSubjects.All.Keys)
                foreach (var time in new[] { 0, 1, 19, 70, 131 }) cases.Add(name, time);
            return cases;
        }
    }

    public static IEnumerable<string> Faults(Subject without, ILayer with, int time)
    {
        var run = new GradientRun(without, seed: time, time);
        var heads = without.Spec.StateHeads;
        var skip = new FloatTensor(new Draw(time + 5).Normal(heads, 1), [heads]);
        var tensors = new Dictionary<string, FloatTensor>(run.Run.Tensors) { ["in.d"] = skip };
        TimeSlice Slice(int start, int count) => new(tensors, default, start, count);
        var (v, upstream) = (run.Run.Tensors["in.v"].Data, run.Upstream.Data);
        float D(int index) => skip.Data[index / without.Spec.ValueDim % heads];

        foreach (var form in new[] { Forms.Fastest, Forms.Parallel, Forms.Chunkwise, Forms.Recurrent }.Where(form => without.Layer.Forms.HasFlag(form)))
        {
            var (plain, output) = (run.Run.Forward(form), run.Run.NewOutput());
            with.Forward(Slice(0, time), output.Span, form);
            yield return Fault($"T{time} {form}", output.Data, [.. plain.Select((o, n) => o + ((double)D(n) * v[n]))], Bar);
        }

        var expected = run.Backward();
        var gradients = run.NewGradients();
        gradients["in.d"] = FloatTensor.Poisoned(heads);
        with.Backward(Slice(0, time), run.Upstream.Span, new(gradients, default, 0, time));
        yield return Fault($"T{time} dD", gradients["in.d"].Data, OfSkip(0, upstream.Length), GradientBar);
        foreach (var (name, gradient) in expected)
        {
            var truth = gradient.Data.Select((x, n) => name == "in.v" ? x + ((double)D(n) * upstream[n]) : x).ToArray();
            yield return Fault($"T{time} d{name}", gradients[name].Data, truth, GradientBar);
        }

        double[] OfSkip(int from, int to)
        {
            var sums = new double[heads];
            for (var n = from; n < to; n++) sums[n / without.Spec.ValueDim % heads] += (double)upstream[n] * v[n];
            return sums;
        }
    }

    private static string Fault(string what, float[] actual, double[] expected, double bar)
    {
        var error = ErrorRatio.Of(Array.ConvertAll(actual, x => (double)x), expected, Tolerances.LeastGradient);
        return error <= bar ? "" : $"{what}: {error:e2} over {bar:e2}";
    }
}
