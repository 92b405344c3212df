using System;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>Runs whichever family a <see cref="LayerSpec"/> describes, in <c>double</c> for the truth or in <c>float</c> for the naive loop.</summary>
public static class Oracle
{
    /// <summary>In the order of time, from <paramref name="initial"/> on (matrix states).</summary>
    public static LayerResult<T> Run<T>(LayerSpec spec, LayerInputs inputs, MatrixState<T>? initial = null)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        Refuse(spec, initial is not null);
        return Gated(spec, inputs, spec switch
        {
            { IsSoftmax: true } => SoftmaxAttention.Quadratic<T>(spec, inputs),
            { Denominator: Denominator.Centred, Window: > 0 } => MomentBlend.Recurrent<T>(spec, inputs),
            { Denominator: Denominator.Centred } => CentredMoments.Recurrent(spec, inputs, initial),
            { IsScan: true } => CellScan.Recurrent(spec, inputs, initial),
            { Causal: false } => BidirectionalLinear.TwoPass<T>(spec, inputs),
            { Write: WriteKind.ExponentialGate } => ExponentialGate.Recurrent(spec, inputs, initial),
            { Write: WriteKind.Slots } => SlotAttention.Recurrent(spec, inputs, initial),
            { Levels: > 0 } => LevelDecay.Recurrent(spec, inputs, initial),
            _ => DiagonalDecay.Recurrent(spec, inputs, initial),
        });
    }

    /// <summary>Whether there is a second route; without one the golden vectors alone speak for the first.</summary>
    public static bool HasOtherRoute(LayerSpec spec) =>
        spec.Write != WriteKind.Slots && !spec.Bonus && !spec.IsScan && (!IsPaired(spec) || PairedWrites.Covers(spec));

    /// <summary>Whether writes, not tokens, go in pairs.</summary>
    private static bool IsPaired(LayerSpec spec) => spec.Steps > 1 || spec.Decay == DecaySource.Value || spec.Write is WriteKind.GeneralDelta or WriteKind.Oja;

    /// <summary>The same by another route: every pair of tokens (softmax: one pass with a running maximum).</summary>
    public static LayerResult<T> RunOtherwise<T>(LayerSpec spec, LayerInputs inputs, MatrixState<T>? initial = null)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        Refuse(spec, initial is not null);
        return Gated(spec, inputs, spec switch
        {
            { IsSoftmax: true } => SoftmaxAttention.Online<T>(spec, inputs),
            { Denominator: Denominator.Centred, Window: > 0 } => MomentBlend.Quadratic<T>(spec, inputs),
            { Denominator: Denominator.Centred } => CentredMoments.Quadratic(spec, inputs, initial),
            { Causal: false } => BidirectionalLinear.Quadratic<T>(spec, inputs),
            { Write: WriteKind.ExponentialGate } => ExponentialGate.Quadratic(spec, inputs, initial),
            { Levels: > 0 } when initial is null => LevelDecay.Quadratic<T>(spec, inputs),
            { Levels: > 0 } => LevelDecay.Recurrent(spec, inputs, initial),
            _ when IsPaired(spec) => PairedWrites.Quadratic(spec, inputs, initial),
            _ => DiagonalDecay.Quadratic(spec, inputs, initial),
        });
    }

    /// <summary>The output gate, which comes last.</summary>
    private static LayerResult<T> Gated<T>(LayerSpec spec, LayerInputs inputs, LayerResult<T> result)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        if (spec.OutputGate == GateOfOutput.None) return result;
        var operands = new Operands<T>(spec, inputs, 0);
        for (var i = 0; i < result.Output.Length; i++)
        {
            var (r, n, t) = (i % spec.ValueDim, i / spec.ValueDim % spec.StateHeads, i / spec.ValueDim / spec.StateHeads);
            result.Output[i] *= operands.OutputGate(t / inputs.Time, t % inputs.Time, n, r);
        }

        return result;
    }

    private static void Refuse(LayerSpec spec, bool hasState)
    {
        if (hasState && (spec.IsSoftmax || !spec.Causal))
        {
            throw new ArgumentException("Only causal matrix layers start from a state; run softmax over the whole sequence.");
        }

        if (hasState && spec.KeepsRows)
        {
            throw new ArgumentException("What such a layer keeps of the past is more than this state; run it over the whole sequence.");
        }

        if (!spec.Causal && !spec.IsSoftmax && (spec.Decay != DecaySource.None || spec.Write != WriteKind.Plain))
        {
            throw new NotSupportedException("A bidirectional matrix layer has no decay and writes plainly.");
        }
    }
}
