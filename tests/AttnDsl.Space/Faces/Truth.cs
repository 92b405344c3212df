using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Conformance.Support;
using AttnDsl.Golden.Layers;
using AttnDsl.Reference;

namespace AttnDsl.Space.Faces;

/// <summary>What the reference loops say about a case in float64, and in float32 where that is asked.</summary>
internal sealed class Truth(LayerSpec spec, LayerInputs inputs, string @case)
{
    private readonly LayerResult<double> _exact = Oracle.Run<double>(spec, inputs);
    private readonly Lazy<LayerResult<float>[]> _inOrder = new(() => [.. Float32.Neighbours(inputs).Select(i => Oracle.Run<float>(spec, i))]);
    private readonly Lazy<LayerResult<float>[]> _inPairs = new(() => Oracle.HasOtherRoute(spec) ? [.. Float32.Neighbours(inputs).Select(i => Oracle.RunOtherwise<float>(spec, i))] : []);

    public Measure Output(string face, float[] actual) => Judge(face, ErrorRatio.Of(actual, _exact.Output), naive => ErrorRatio.Of(naive.Output, _exact.Output));

    /// <summary>Every part of the final state that the reference loops have too.</summary>
    public IEnumerable<Measure> State(string face, ILayerState state)
    {
        if (_exact.State is not { } exact) yield break;
        var maximum = state.ReadMaximum();
        yield return Part($"{face}, final S", state.ReadMatrix(), maximum, s => s.S, s => s.S);
        if (state.ReadKeySum() is { Length: > 0 } keySum) yield return Part($"{face}, final key sum", keySum, maximum, s => s.Z, s => s.Z);

        Measure Part(string what, float[] values, float[] m, Func<MatrixState<double>, double[]> part, Func<MatrixState<float>, float[]> naive) =>
            Judge(what, Error(values, m, part(exact)), n => Error(naive(n.State!), maximum.Length == 0 ? [] : n.State!.M, part(exact)));

        double Error(float[] values, float[] m, double[] expected) => ErrorRatio.Of(ErrorRatio.ToMaximum(Array.ConvertAll(values, v => (double)v), m, exact.M), expected);
    }

    private Measure Judge(string what, double error, Func<LayerResult<float>, double> naive)
    {
        what = $"{@case}, {what}";
        if (error <= Tolerances.Float32) return new(what, Grade.Met, error);

        // Token by token first; where that is more exact, over every pair of tokens, as blocks of tokens are computed.
        var float32 = Float32.Typical(_inOrder.Value.Select(naive));
        if (error > Float32.Factor * float32 && _inPairs.Value.Length > 0) float32 = Math.Max(float32, Float32.Typical(_inPairs.Value.Select(naive)));
        return new(what, error <= Float32.Factor * float32 ? Grade.Conditioned : Grade.Failed, error, float32);
    }
}
