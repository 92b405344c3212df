using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using AttnDsl.Generator.Model;
using static AttnDsl.Generator.Diagnostics.DiagnosticIds;

namespace AttnDsl.Generator.Semantics;

/// <summary>
/// The rules that a declaration must keep: one table for generator and analyzers. Every combination of values either resolves
/// or names its problems.
/// </summary>
internal static class LayerRules
{
    /// <summary>The widest K or V: a state row and its tiles then still fit a core's nearest cache.</summary>
    public const int WidestDim = 1024;

    /// <summary>The most cells of a state with a decay for each: a tile has a row of them for every token of a chunk.</summary>
    public const int MostCells = 16384;

    /// <summary>The most features of a row: a chunk of them then still fits a core's second cache.</summary>
    public const int WidestFeatures = 4096;

    /// <summary>The most taps of a short convolution: each is a pass over the rows.</summary>
    public const int MostTaps = 16;

    /// <summary>The longest window beside moments: its rows are part of the state, and a chunk scores all of them.</summary>
    public const int LongestExactWindow = 512;

    /// <summary>The most levels: places are exact in a float up to 2^24.</summary>
    public const int MostLevels = 24;

    /// <summary>The most writes a token: each is a row of the chunk.</summary>
    public const int MostSteps = 16;

    /// <summary>The most hidden units of all projections of a row.</summary>
    public const int WidestHidden = 16384;

    /// <summary>The longest window: kernels compare positions as floats, which are exact up to 2^24.</summary>
    public const int LongestWindow = 1 << 24;

    public static IEnumerable<Problem> Check(LayerDeclaration d, string name) =>
        Values(d, name).Concat(Enumerations(d, name)).Concat(FunctionRules.Faults(d, name)) is var simple && simple.Any() ? simple : Combinations(d, name).Concat(FunctionRules.Combinations(d, name));

    private static IEnumerable<Problem> Values(LayerDeclaration d, string name)
    {
        if (d.KeyDim <= 0) yield return new(MissingKeyDim, "AttentionLayer.KeyDim", name, d.KeyDim == 0 ? "missing" : Text(d.KeyDim));
        if (d.ValueDim <= 0) yield return new(MissingValueDim, "AttentionLayer.ValueDim", name, d.ValueDim == 0 ? "missing" : Text(d.ValueDim));
        if (d.KeyDim > WidestDim) yield return new(DimTooLarge, "AttentionLayer.KeyDim", name, "KeyDim", Text(d.KeyDim), Text(WidestDim));
        if (d.ValueDim > WidestDim) yield return new(DimTooLarge, "AttentionLayer.ValueDim", name, "ValueDim", Text(d.ValueDim), Text(WidestDim));
        foreach (var (option, value) in new[] { ("Projections", d.Map?.Projections), ("Channels", d.Map?.Channels), ("Hidden", d.Map?.Hidden), ("Horizon", d.Map?.Horizon) })
        {
            if (value <= 0) yield return new(MapOptionNotPositive, "FeatureMap." + option, name, option, Text(value.Value));
            else if (option != "Horizon" && value > WidestFeatures) yield return new(DimTooLarge, "FeatureMap." + option, name, option, Text(value.Value), Text(WidestFeatures));
        }

        if (d.Heads <= 0) yield return new(HeadsNotPositive, "AttentionLayer.Heads", name, "Heads", Text(d.Heads.Value));
        if (d.KeyValueHeads <= 0) yield return new(HeadsNotPositive, "AttentionLayer.KeyValueHeads", name, "KeyValueHeads", Text(d.KeyValueHeads.Value));
        if (d.ValueHeads <= 0) yield return new(HeadsNotPositive, "AttentionLayer.ValueHeads", name, "ValueHeads", Text(d.ValueHeads.Value));
        if (d.Scale is { } scale && !IsPositive(scale)) yield return new(ScaleNotPositive, "AttentionLayer.Scale", name, Text(scale));
        if (d.Gate is { Activation: GateActivation.LowerBounded } or { LowerBound: not null } && !(d.Gate.LowerBound is { } least && (float)least is > 0 and < 1)) yield return new(LowerBoundInvalid, d.Gate.LowerBound is null ? "Gate.Activation" : "Gate.LowerBound", name, d.Gate.LowerBound is { } bound ? Text(bound) : "missing");
        if (d.Gate?.Temperature is { } tau && !IsPositive(tau)) yield return new(TemperatureNotPositive, "Gate.Temperature", name, Text(tau));
        if (d.Read?.Epsilon is { } epsilon && !(epsilon >= 0 && !float.IsInfinity((float)epsilon))) yield return new(EpsilonNegative, "Read.Epsilon", name, Text(epsilon));
        if (d.Convolution is { Width: not (>= 2 and <= MostTaps) } taps) yield return new(ConvolutionWidth, "Convolution.width", name, Text(taps.Width), Text(MostTaps));
        if (d.Convolution is { Columns: <= 0 } grid) yield return new(ConvolutionColumns, "Convolution.Columns", name, Text(grid.Columns!.Value));
        if (d.Read?.Prior is { } prior && !(prior >= 0 && !float.IsInfinity((float)prior))) yield return new(PriorNegative, "Read.Prior", name, Text(prior));
        if (d.Write?.StrengthScale is { } factor && !IsPositive(factor)) yield return new(StrengthScaleNotPositive, "Write.StrengthScale", name, Text(factor));
        if (d.Write is { Steps: { } steps and not (> 0 and <= MostSteps) }) yield return new(StepsOutOfRange, "Write.Steps", name, Text(steps), Text(MostSteps));
        if (d.Write is { Rule: WriteRule.Slots } slotted && slotted.Slots is not (> 0 and <= WidestDim)) yield return new(SlotsOutOfRange, slotted.Slots is null ? "Write" : "Write.Slots", name, slotted.Slots is { } m ? Text(m) : "missing", Text(WidestDim));
        if (d.Rotation is { } r && !IsPositive(r.Base)) yield return new(BaseNotPositive, "Rotation.Base", name, Text(r.Base));
        if (d.Rotation?.MaxTemperature is { } most && !IsPositive(most)) yield return new(MaxTemperatureNotPositive, "Rotation.MaxTemperature", name, Text(most));
        if (d.Rotation?.MaxAngle is { } angle && !(angle > 0 && angle < 1)) yield return new(MaxAngleOutOfRange, "Rotation.MaxAngle", name, Text(angle));
        if (d.Gate is { Shape: GateShape.Pair } && d.Rotation is null && d.KeyDim > 0 && d.KeyDim % 2 != 0) yield return new(OddKeyDimOfPairs, "AttentionLayer.KeyDim", name, Text(d.KeyDim), Text(d.KeyDim + 1));
        if (d.Rotation is not null && d.KeyDim > 0 && d.KeyDim % 2 != 0) yield return new(OddKeyDim, "AttentionLayer.KeyDim", name, Text(d.KeyDim), Text(d.KeyDim + 1));
        if (d.Window is { Size: <= 0 } w) yield return new(WindowNotPositive, "Window.size", name, Text(w.Size));
        if (d.Window is { Size: > LongestWindow } wide) yield return new(WindowTooLarge, "Window.size", name, "Window size", Text(wide.Size), Text(LongestWindow));
        if (d.Window is { SinkTokens: > LongestWindow } sinks) yield return new(WindowTooLarge, "Window.SinkTokens", name, "SinkTokens", Text(sinks.SinkTokens), Text(LongestWindow));
        if (d.Window is { SinkTokens: < 0 } s) yield return new(SinksNegative, "Window.SinkTokens", name, Text(s.SinkTokens));
        if (d.Score?.SoftCap is { } cap && !IsPositive(cap)) yield return new(SoftCapNotPositive, "Score.SoftCap", name, Text(cap));
        if (d.Read?.Levels is { } levels and not (>= 2 and <= MostLevels)) yield return new(LevelsOutOfRange, "Read.Levels", name, Text(levels), Text(MostLevels));
        if (d.Form?.ChunkSize is { } c && (c < 16 || c > 256 || (c & (c - 1)) != 0)) yield return new(ChunkSize, "Form.ChunkSize", name, Text(c), Text(NearestChunk(c)));
        if (d is { KeyValueHeads: { } g and > 0, Heads: { } h and > 0 } && h % g != 0) yield return new(KeyValueHeadsDoNotDivide, "AttentionLayer.KeyValueHeads", name, Text(g), Text(h));
        if (d is { ValueHeads: { } n and > 0, Heads: { } q and > 0 } && n % q != 0) yield return new(ValueHeadsNoMultiple, "AttentionLayer.ValueHeads", name, Text(n), Text(q));
    }

    private static IEnumerable<Problem> Enumerations(LayerDeclaration d, string name)
    {
        foreach (var problem in new[]
        {
            Known(d.Kernel, "FeatureMap.kernel", name),
            Known(d.Map?.Activation, "FeatureMap.Activation", name),
            Known(d.Map?.Envelope, "FeatureMap.Envelope", name),
            Known(d.Map?.Form, "FeatureMap.Form", name),
            Known(d.Gate?.Shape, "Gate.shape", name),
            Known(d.Gate?.Decay, "Gate.Decay", name),
            Known(d.Gate?.Activation, "Gate.Activation", name),
            Known(d.Write?.Rule, "Write.rule", name),
            Known(d.Write?.Key, "Write.Key", name),
            Known(d.Write?.Strength, "Write.Strength", name),
            Known(d.Read?.Normaliser, "Read.normaliser", name),
            Known(d.Read?.Eta, "Read.Eta", name),
            Known(d.Read?.Skip, "Read.Skip", name),
            Known(d.Read?.Augmentation, "Read.Augmentation", name),
            Known(d.Read?.OutputGate, "Read.OutputGate", name),
            Known(d.Read?.Gradient, "Read.Gradient", name),
            Known(d.Rotation?.Kind, "Rotation.kind", name),
            Known(d.Rotation?.Layout, "Rotation.Layout", name),
            Known(d.Rotation?.Temperature, "Rotation.Temperature", name),
            Known(d.Rotation?.Gate, "Rotation.Gate", name),
            Known(d.Score?.Bias, "Score.Bias", name),
            Known(d.Convolution?.Activation, "Convolution.Activation", name),
        })
        {
            if (problem is not null) yield return problem;
        }

        const Convolved convolved = Convolved.Queries | Convolved.Keys | Convolved.Values | Convolved.Output;
        if (d.Convolution is { } convolution && (convolution.Of == 0 || (convolution.Of & ~convolved) != 0)) yield return new(UnknownValue, "Convolution.of", name, "[Convolution]", Text((int)convolution.Of), "Queries, Keys, Values, Output");

        const Forms all = Forms.Recurrent | Forms.Parallel | Forms.Chunkwise;
        if (d.Form is { } form && (form.Forms & ~all) != 0) yield return new(UnknownValue, "Form.forms", name, "[Form]", Text((int)form.Forms), "Recurrent, Parallel, Chunkwise");
    }

    private static IEnumerable<Problem> Combinations(LayerDeclaration d, string name)
    {
        var kernel = DefaultKernel(d);
        var write = d.Write?.Rule ?? WriteRule.Plain;
        var softmax = kernel == Kernel.Softmax;
        if (d is { KeyValueHeads: not null, ValueHeads: not null }) yield return new(BothGroupings, "AttentionLayer.ValueHeads", name);
        else if (softmax && d.ValueHeads is { } n) yield return new(ValueHeadsOnSoftmax, "AttentionLayer.ValueHeads", name, Text(n));
        else if (!softmax && d.KeyValueHeads is { } g) yield return new(KeyValueHeadsOnMatrix, "AttentionLayer.KeyValueHeads", name, Text(g));

        if (softmax && d.Gate is { Shape: not GateShape.Head } finer) yield return new(GateOnSoftmax, "Gate", name, finer.Shape.ToString());
        if (softmax && d.Write is { } w && w != new WriteDeclaration(WriteRule.Plain)) yield return new(WriteOnSoftmax, "Write", name, write + (write == WriteRule.Plain ? " with options" : ""));
        if (softmax && d.Read is { Normaliser: not Normaliser.None } read) yield return new(ReadOnSoftmax, "Read", name, $"the normaliser {read.Normaliser}");
        if (softmax && d.Read is { Augmentation: not (null or Augmentation.None) }) yield return new(ReadOnSoftmax, "Read.Augmentation", name, "a self-augmentation");
        if (softmax && d.Read is { OutputGate: not (null or OutputGate.None) }) yield return new(ReadOnSoftmax, "Read.OutputGate", name, "an output gate");
        if (softmax && d.Read is { Skip: not (null or SkipShape.None) }) yield return new(SkipOnSoftmax, "Read.Skip", name);
        var exact = !softmax && DefaultNormaliser(d) == Normaliser.Centred ? d.Window : null;
        if (!softmax && d.Window is not null && exact is null) yield return new(WindowWithoutSoftmax, "Window", name, kernel.ToString());
        if (exact is { Size: > LongestExactWindow } longest) yield return new(ExactWindowTooLong, "Window.size", name, Text(longest.Size), Text(LongestExactWindow));
        if (exact is not null && Inexact(d) is { } inexact) yield return new(ExactWindowConflict, inexact.Site, name, Text(exact.Size), inexact.What);
        if (!softmax && d.Score is not null) yield return new(ScoreWithoutSoftmax, "Score", name, kernel.ToString());
        if (!d.Causal && d.Window is not null) yield return new(WindowBidirectional, "Window", name);
        if (!d.Causal && d.Gate is not null) yield return new(GateBidirectional, "Gate", name);
        if (!softmax && !d.Causal && write != WriteRule.Plain) yield return new(WriteBidirectional, "Write", name, write.ToString());
        var map = FeatureMap.Of(d);
        foreach (var problem in MapOptions(d, map, name)) yield return problem;
        if (map.Width > WidestFeatures) yield return new(TooManyFeatures, "FeatureMap.kernel", name, map.Name, Text(d.KeyDim), Text(map.Width), Text(WidestFeatures));
        if (!softmax && d.Rotation is not null && !map.IsIdentity && map.Polynomial is null) yield return new(RotationOfFeatures, "Rotation", name, map.Name);
        if (d.Read is { AddsEpsilon: true } added && added.Normaliser != Normaliser.KeySum) yield return new(AddedEpsilonUnused, "Read.AddsEpsilon", name, added.Normaliser.ToString());
        if (map.Polynomial is not null && (d.Write is { Rule: WriteRule.Plain, Strength: not (null or WriteStrength.None) } ? "a write strength"
            : d.Write is { Key: KeySource.Gate } ? "a key tied to the gate"
            : d.Read is { Augmentation: not (null or Augmentation.None) } ? "self-augmentation" : null) is { } featureWise) yield return new(PolynomialConflict, "FeatureMap.kernel", name, kernel.ToString(), featureWise);

        if (d.Convolution is { } convolution && Unordered(d, convolution.Of, softmax) is { } unordered) yield return new(ConvolutionConflict, "Convolution.of", name, unordered.What, unordered.Conflict);

        if (d.Convolution is { Columns: { } columns } local && OffGrid(d, local) is { } off) yield return new(GridConflict, off.Site, name, Text(columns), off.What);
        if (d.Rotation is { Kind: not RotationKind.Selective } rotary)
        {
            foreach (var (option, set) in new[]
            {
                ("Temperature", rotary.Temperature is not null), ("MaxTemperature", rotary.MaxTemperature is not null), ("MaxAngle", rotary.MaxAngle is not null),
                ("Differenced", rotary.Differenced is not null), ("Bias", rotary.Bias is not null), ("Gate", rotary.Gate is not null && rotary.Kind != RotationKind.Learned), ("Base", rotary is { Kind: RotationKind.Learned, Base: not 10000 }),
            })
            {
                if (set) yield return new(PhaseOnRotary, "Rotation." + option, name, option, rotary.Kind.ToString(), rotary.Kind == RotationKind.Learned ? "are learned" : "follow from positions");
            }
        }
        else if (d.Rotation is { Temperature: RotationTemperature.Tangent } && d.KeyDim < 4)
        {
            yield return new(TangentOfOnePair, "Rotation.Temperature", name, Text(d.KeyDim));
        }
        else if (d.Rotation is { MaxAngle: { } angle } selective && (selective.Temperature ?? default) == RotationTemperature.Geometric)
        {
            yield return new(MaxAngleUnused, "Rotation.MaxAngle", name, Text(angle));
        }

        if (d.Gate is { Shape: GateShape.Constant, Activation: not null }) yield return new(ConstantGateOptions, "Gate.Activation", name, "Activation");
        if (d.Gate is { Shape: GateShape.Constant, Temperature: not null }) yield return new(ConstantGateOptions, "Gate.Temperature", name, "Temperature");
        if (d.Gate is { Learned: true } learned && (learned.Shape == GateShape.Constant ? "a constant gate"
            : d.Write is { Steps: > 1 } ? "several writes a token, of which only the first decays" : null) is { } ofToken) yield return new(LearnedGateConflict, "Gate.Learned", name, ofToken);
        foreach (var problem in Constants(d, name)) yield return problem;
        if (d.Gate is { Shape: not GateShape.Constant, Decay: { } decay } gate) yield return new(DecayOnInputGate, "Gate.Decay", name, decay.ToString(), gate.Shape.ToString());

        if (d.Gate is { Shape: not GateShape.Constant, Temperature: { } tau } plain && (plain.Activation ?? GateActivation.LogDecay) is not (GateActivation.LogSigmoid or GateActivation.ReversedSigmoid)) yield return new(TemperatureUnused, "Gate.Temperature", name, Text(tau));
        if (d.Gate is { Activation: not GateActivation.LowerBounded, LowerBound: { } least }) yield return new(LowerBoundUnused, "Gate.LowerBound", name, Text(least));
        if (d.Read is { Normaliser: Normaliser.None, Epsilon: { } epsilon }) yield return new(EpsilonUnused, "Read.Epsilon", name, Text(epsilon), "without a normaliser");
        if (d.Read is { Normaliser: Normaliser.Centred, Epsilon: { } counted }) yield return new(EpsilonUnused, "Read.Epsilon", name, Text(counted), "means and covariances, over a count of at least 1");
        if (d.Read is { Prior: { } prior } estimated && estimated.Normaliser != Normaliser.Centred) yield return new(PriorUnused, "Read.Prior", name, Text(prior), estimated.Normaliser.ToString());
        if (d.Read is { Normaliser: Normaliser.External, Eta: null or EtaActivation.Exp, Epsilon: { } floor }) yield return new(EpsilonUnused, "Read.Epsilon", name, Text(floor), "with e^{−x}, which divides by nothing");
        if (d.Read is { Normaliser: not Normaliser.External, Eta: { } eta }) yield return new(EtaUnused, "Read.Eta", name, eta.ToString(), d.Read.Normaliser.ToString());
        if (d.Read is { Normaliser: Normaliser.None, Gradient: { } gradient }) yield return new(NormaliserGradientUnused, "Read.Gradient", name, gradient.ToString(), "without a normaliser");
        if (d.Read is { Normaliser: Normaliser.External, Gradient: { } ofEta }) yield return new(NormaliserGradientUnused, "Read.Gradient", name, ofEta.ToString(), "with an η that is handed in");
        if (d.Read is { Normaliser: Normaliser.Centred, Gradient: { } ofCount }) yield return new(NormaliserGradientUnused, "Read.Gradient", name, ofCount.ToString(), "means and covariances, over a count");
        if (d.Form is { ChunkSize: { } chunk } sized && ((AvailableForms(d) & Forms.Chunkwise) == 0 || (sized.Forms != Forms.Fastest && (sized.Forms & Forms.Chunkwise) == 0))) yield return new(ChunkSizeUnused, "Form.ChunkSize", name, Text(chunk));

        if (!softmax)
        {
            var normaliser = DefaultNormaliser(d);
            if (d.Gate is { Shape: GateShape.Pair } && !map.KeepsChannels) yield return new(PairGateOfFeatures, "Gate", name, kernel.ToString());
            if (write == WriteRule.ExponentialGate && d.Gate is { Shape: GateShape.Key or GateShape.Pair or GateShape.Value }) yield return new(ExponentialGatePerKey, "Write", name, d.Gate.Shape.ToString().ToLowerInvariant());
            if (write == WriteRule.ExponentialGate && normaliser != Normaliser.Stabilised) yield return new(ExponentialGateUnstabilised, "Read", name, normaliser.ToString());
            if (write != WriteRule.ExponentialGate && normaliser == Normaliser.Stabilised) yield return new(StabilisedWithoutExponentialGate, "Read", name, write.ToString());
            if (write is WriteRule.Delta or WriteRule.GeneralDelta && normaliser is Normaliser.KeySum or Normaliser.AbsoluteKeySum) yield return new(DeltaNormalised, "Read", name, normaliser.ToString(), "a delta rule overwrites instead of summing");
            if (write == WriteRule.Oja && normaliser is Normaliser.KeySum or Normaliser.AbsoluteKeySum) yield return new(DeltaNormalised, "Read", name, normaliser.ToString(), "Oja's rule overwrites instead of summing");
            if (d.Gate is { Shape: GateShape.Key or GateShape.Pair } && write == WriteRule.Oja) yield return new(KeyGateOnOja, "Gate.shape", name);
            if (normaliser == Normaliser.Centred && Uncounted(d, write) is { } uncounted) yield return new(CentredConflict, uncounted.Site, name, uncounted.What);
            if (write == WriteRule.Slots && normaliser is Normaliser.KeySum or Normaliser.AbsoluteKeySum) yield return new(DeltaNormalised, "Read", name, normaliser.ToString(), "softmax over the slots already sums to one");
            if (d.Gate is { Shape: GateShape.Value } && write is WriteRule.Delta or WriteRule.GeneralDelta) yield return new(ValueGateOnDelta, "Gate.shape", name, write.ToString());
            if (d.Gate is { Shape: GateShape.Value } && write == WriteRule.Plain && normaliser is Normaliser.KeySum or Normaliser.AbsoluteKeySum) yield return new(ValueGateKeySum, "Read", name);
            if ((d.Gate is { Shape: GateShape.Slot } && write != WriteRule.Slots) || (d.Gate is { Shape: GateShape.Key or GateShape.Pair or GateShape.Value } && write == WriteRule.Slots)) yield return new(SlotGate, "Gate.shape", name, d.Gate.Shape.ToString(), write.ToString());
            foreach (var problem in WriteOptions(d, name)) yield return problem;
            foreach (var problem in Scans(d, name, map, write, normaliser)) yield return problem;
            if (normaliser == Normaliser.KeySum && write == WriteRule.Plain && map.IsSigned && d.Function(FunctionRole.Normaliser) is null) yield return new(SignedKeySum, "Read", name, map.Name);
        }

        if (d.Read?.Levels is { } parted && LevelConflict(d, kernel, write, map) is { } conflict) yield return new(LevelsConflict, "Read.Levels", name, Text(parted), conflict);
        var available = AvailableForms(d);
        if (d.Form is { } form)
        {
            foreach (var asked in new[] { Forms.Recurrent, Forms.Parallel, Forms.Chunkwise })
            {
                if ((form.Forms & asked) != 0 && (available & asked) == 0)
                    yield return new(FormNotAvailable, "Form.forms", name, asked.ToString().ToLowerInvariant(), Kind(d), available.ToString());
            }
        }
    }

    /// <summary>What does not go with levels, if anything.</summary>
    private static string? LevelConflict(LayerDeclaration d, Kernel kernel, WriteRule write, FeatureMap map) =>
        kernel == Kernel.Softmax ? "Kernel.Softmax, which has no state"
        : write != WriteRule.Plain ? $"the write rule {write}"
        : d.Write is { Steps: > 1 } ? "several writes a token"
        : d.Write is { Bonus: true } ? "a bonus, for which the state is read before the write"
        : d.Write is { Key: KeySource.None } || d.Gate is { Shape: GateShape.Full } ? "cells that decay each on their own"
        : DefaultNormaliser(d) is not (Normaliser.None or Normaliser.External) and var normaliser ? $"Normaliser.{normaliser}, which sums keys"
        : !d.Causal ? "Causal = false"
        : (long)map.Width * d.Read!.Levels!.Value > WidestFeatures ? $"features of {Text(map.Width)} numbers, together more than {Text(WidestFeatures)}"
        : null;

    /// <summary>What goes with which constants of a gate.</summary>
    private static IEnumerable<Problem> Constants(LayerDeclaration d, string name)
    {
        if (d.Gate is not { } gate) yield break;
        var (lightning, given) = (gate is { Shape: GateShape.Constant, Decay: HeadDecay.Lightning }, gate is { Shape: GateShape.Constant, Decay: HeadDecay.Given });
        if (!given && gate.LogDecays is not null) yield return new(ConstantsUnused, "Gate.LogDecays", name, "LogDecays", "Given");
        if (!lightning && gate.Layer is not null) yield return new(ConstantsUnused, "Gate.Layer", name, "Layer", "Lightning");
        if (!lightning && gate.Layers is not null) yield return new(ConstantsUnused, "Gate.Layers", name, "Layers", "Lightning");
        if ((lightning || given) && (d.ValueHeads ?? d.Heads) is null) yield return new(ConstantsNeedHeads, "Gate.Decay", name, gate.Decay.ToString()!);
        if (lightning && gate.Layers is not > 0) yield return new(LightningLayers, gate.Layers is null ? "Gate.Decay" : "Gate.Layers", name, gate.Layers is { } none ? Text(none) : "missing", Text(gate.Layer ?? 0));
        else if (lightning && (gate.Layer is < 0 || gate.Layer > gate.Layers)) yield return new(LightningLayers, "Gate.Layer", name, Text(gate.Layers!.Value), Text(gate.Layer.Value));
        if (given && (d.ValueHeads ?? d.Heads) is { } heads && ((gate.LogDecays?.Count ?? 0) != heads || gate.LogDecays!.Value.Any(g => !((float)g <= 0) || float.IsInfinity((float)g)))) yield return new(LogDecaysInvalid, gate.LogDecays is null ? "Gate.Decay" : "Gate.LogDecays", name, Text(heads));
    }

    /// <summary>What a convolution does not go with.</summary>
    private static (string What, string Conflict)? Unordered(LayerDeclaration d, Convolved of, bool softmax)
    {
        var what = of.ToString().ToLowerInvariant();
        return softmax ? (what, "the softmax kernel, which caches keys and values; convolve them in front of the layer")
            : !d.Causal && d.Convolution!.Columns is null ? (what, "Causal = false")
            : d.Write is { Steps: > 1 } ? (what, "several writes a token")
            : (of & (Convolved.Queries | Convolved.Keys)) != 0 && d.Write is { Key: KeySource.None } ? (what, "KeySource.None: there are no queries and keys")
            : (of & Convolved.Keys) != 0 && d.Write is { Key: KeySource.Gate } ? (what, "KeySource.Gate: the keys are the gate's")
            : (of & (Convolved.Values | Convolved.Output)) == (Convolved.Values | Convolved.Output) ? ("values and the output", "itself: both have the taps of the values")
            : null;
    }

    /// <summary>What does not go with a window beside moments.</summary>
    private static (string Site, string What)? Inexact(LayerDeclaration d) =>
        d.Window!.RuntimeSized ? ("Window.RuntimeSized", "a size of each call: what has left the window cannot come back")
        : d.Window.SinkTokens > 0 ? ("Window.SinkTokens", "sink tokens")
        : d.Gate is not null ? ("Gate", "a gate")
        : !FeatureMap.Of(d).KeepsChannels ? ("FeatureMap.kernel", $"{FeatureMap.Of(d).Name}, whose features are more than the key has channels: their covariance is a matrix of all pairs")
        : null;

    /// <summary>What does not go with a convolution on a grid.</summary>
    private static (string Site, string What)? OffGrid(LayerDeclaration d, ConvolutionDeclaration c) =>
        d.Causal ? ("Convolution.Columns", "causal time, in which no token sees those behind it; set Causal = false")
        : c.Of != Convolved.Output ? ("Convolution.of", "another part than the output; use Convolved.Output")
        : c.Width is not (3 or 5 or 7) ? ("Convolution.width", $"{Text(c.Width)} × {Text(c.Width)} taps around each token; use 3, 5 or 7")
        : null;

    /// <summary>What keeps tokens from counting once each.</summary>
    private static (string Site, string What)? Uncounted(LayerDeclaration d, WriteRule write) =>
        write != WriteRule.Plain ? ("Write.rule", $"the write rule {write}")
        : d.Write is { Strength: { } strength and not WriteStrength.None } ? ("Write.Strength", $"the strength {strength}")
        : d.Write is { Steps: > 1 } ? ("Write.Steps", "several writes a token")
        : d.Write is { Bonus: true } ? ("Write.Bonus", "a bonus for the token's own key")
        : d.Write is { Key: KeySource.None or KeySource.Gate } keyed ? ("Write.Key", $"KeySource.{keyed.Key}")
        : d.Gate is { Shape: not (GateShape.Head or GateShape.Constant) } gate ? ("Gate.shape", $"a gate of shape {gate.Shape}")
        : null;

    /// <summary>What goes with cells that decay each on their own.</summary>
    private static IEnumerable<Problem> Scans(LayerDeclaration d, string name, FeatureMap map, WriteRule write, Normaliser normaliser)
    {
        var (full, none) = (d.Gate is { Shape: GateShape.Full }, d.Write is { Key: KeySource.None });
        if (!full && !none)
        {
            if (d.Write is { Strength: WriteStrength.ChannelSigmoid or WriteStrength.ChannelNorm } channels) yield return new(ChannelStrength, "Write.Strength", name, channels.Strength.ToString()!);
            yield break;
        }

        var (what, site) = full ? ("a decay for every cell", "Gate.shape") : ("no queries and keys", "Write.Key");
        foreach (var (conflict, remedy) in new (string?, string)[]
        {
            (write != WriteRule.Plain ? $"cannot have the write rule {write}" : null, "use WriteRule.Plain"),
            (map.IsIdentity ? null : map.Methods.Count == 0 ? $"cannot have Kernel.{map.Kernel}" : $"cannot have the feature map {map.Name}", "remove the feature map"),
            (normaliser is not (Normaliser.None or Normaliser.External) ? $"cannot have Normaliser.{normaliser}" : null, "use Normaliser.None or Normaliser.External"),
            (d.Write is { Steps: > 1 } ? "cannot write several times a token" : null, "remove Steps"),
            (d.Write is { Bonus: true } ? "cannot be read before it is written" : null, "remove Bonus"),
            (d.Read is { Augmentation: not (null or Augmentation.None) } ? "cannot have self-augmentation" : null, "remove Augmentation"),
            (full && none ? "cannot do without keys" : null, "remove KeySource.None, or use GateShape.Value"),
            (full && d.Gate!.Activation != GateActivation.Rate ? "learns a rate for each" : null, "set Activation = GateActivation.Rate"),
            (full && d.Write is { Strength: WriteStrength.ChannelNorm } ? "cannot have WriteStrength.ChannelNorm, which needs one decay a value channel" : null, "use another strength"),
            (full && (long)d.KeyDim * d.ValueDim > MostCells ? $"cannot have K·V = {Text(d.KeyDim * d.ValueDim)} of them a head" : null, $"give more ValueHeads of at most {Text(MostCells)} cells"),
            (none && d.Rotation is not null ? "has nothing to rotate" : null, "remove the rotation"),
            (none && d.ValueHeads is not null ? "has none to group" : null, "remove ValueHeads"),
            (none && d.KeyDim != 1 ? $"has one cell a value channel, not {Text(d.KeyDim)}" : null, "set KeyDim = 1"),
            (none && d.Gate is not { Shape: GateShape.Value } ? "needs a decay a value channel" : null, "use GateShape.Value"),
        })
        {
            if (conflict is not null) yield return new(ScanConflict, site, name, what, conflict, remedy);
        }
    }

    /// <summary>What goes with which write rule.</summary>
    private static IEnumerable<Problem> WriteOptions(LayerDeclaration d, string name)
    {
        if (d.Read is { Augmentation: { } augmentation and not Augmentation.None } && (d.Write is { Rule: not WriteRule.Plain } or { Steps: > 1 } || !d.Causal)) yield return new(AugmentationNeedsPlainWrites, "Read.Augmentation", name, augmentation.ToString());
        if (d.Write is not { } w) yield break;
        if (w.Bonus && (w.Rule != WriteRule.Plain || w.Steps > 1 || !d.Causal || DefaultNormaliser(d) is not (Normaliser.None or Normaliser.External))) yield return new(BonusConflict, "Write.Bonus", name);
        if (w.Strength == WriteStrength.Step && w.Rule is WriteRule.Plain or WriteRule.Delta or WriteRule.Oja && d.Gate is not ({ Shape: GateShape.Head, Activation: GateActivation.Rate or GateActivation.SoftplusRate } or { Shape: GateShape.Full, Activation: GateActivation.Rate })) yield return new(StepOfGate, "Write.Strength", name);
        if (w.Slots is { } slots && w.Rule != WriteRule.Slots) yield return new(SlotsUnused, "Write.Slots", name, Text(slots), w.Rule.ToString());
        if (w.Key == KeySource.Gate && (w.Rule != WriteRule.Plain || d.Gate is not { Shape: GateShape.Key } || w.Steps > 1)) yield return new(KeyOfGate, "Write.Key", name);
        if (w.Strength is { } strength && w.Rule is not (WriteRule.Plain or WriteRule.Delta or WriteRule.Oja)) yield return new(StrengthOnRule, "Write.Strength", name, strength.ToString(), w.Rule.ToString());
        if (w.StrengthScale is { } scale && (w.Rule is not (WriteRule.Plain or WriteRule.Delta or WriteRule.Oja) || (w.Strength ?? (w.Rule is WriteRule.Delta or WriteRule.Oja ? WriteStrength.Beta : WriteStrength.None)) == WriteStrength.None)) yield return new(StrengthScaleUnused, "Write.StrengthScale", name, Text(scale));
        if (w.Steps is not > 1) yield break;
        var conflict = w.Rule is WriteRule.ExponentialGate or WriteRule.Slots ? $"the write rule {w.Rule}"
            : d.Function(FunctionRole.Gate) is { } gate ? $"the gate function {gate.Name}, which need not have an input that decays nothing"
            : d.Gate is { Shape: GateShape.Constant } ? "a constant gate, which has no token to decay at"
            : d.Rotation is not null ? "a rotation, whose angles are the tokens'"
            : d.Kernel is Kernel.CosFormer ? "CosFormer, whose angles are the tokens'"
            : d.Read is { Skip: not (null or SkipShape.None) } ? "a skip, which would have several values"
            : d.Read is { OutputGate: not (null or OutputGate.None) } ? "an output gate, which a token has once"
            : w.Strength == WriteStrength.Step ? "the gate's step as strength, of which a token has one"
            : !d.Causal ? "Causal = false"
            : null;
        if (conflict is not null) yield return new(StepsConflict, "Write.Steps", name, Text(w.Steps.Value), conflict);
    }

    /// <summary>What goes with which feature map.</summary>
    private static IEnumerable<Problem> MapOptions(LayerDeclaration d, FeatureMap map, string name)
    {
        var (o, kernel) = (map.Options, map.Kernel);
        foreach (var (option, given, takes, kernels) in new (string, bool, bool, string)[]
        {
            ("Projections", o.Projections is not null, map.HasProjection && kernel != Kernel.Hedgehog, "RandomFourier, Favor, Learned and Luna"),
            ("Channels", o.Channels is not null, kernel == Kernel.Luna, "Luna"),
            ("Hidden", o.Hidden is not null, kernel == Kernel.Luna, "Luna"),
            ("Activation", o.Activation is not null, kernel is Kernel.Learned or Kernel.Luna, "Learned and Luna"),
            ("PerChannel", o.PerChannel, kernel == Kernel.Luna, "Luna"),
            ("Signed", o.Signed, kernel == Kernel.Luna, "Luna"),
            ("Envelope", o.Envelope is not null, kernel is Kernel.Learned or Kernel.Luna, "Learned and Luna"),
            ("PerHead", o.PerHead, map.HasProjection, "kernels with a projection"),
            ("Horizon", o.Horizon is not null, kernel == Kernel.CosFormer, "CosFormer"),
            ("Form", o.Form is not null, kernel == Kernel.Hedgehog, "Hedgehog"),
            ("Tabulated", o.Tabulated is not null, kernel == Kernel.Luna, "Luna"),
        })
        {
            if (given && !takes) yield return new(MapOptionUnused, "FeatureMap." + option, name, option, kernel.ToString(), kernels);
        }

        if (kernel == Kernel.CosFormer && o.Horizon is null) yield return new(MissingHorizon, "FeatureMap.kernel", name);
        if (kernel == Kernel.Luna && map.Width <= WidestFeatures && map.WidestRow > WidestHidden)
            yield return new(TooManyHidden, "FeatureMap.kernel", name, Text(map.WidestRow), Text(WidestHidden));
        if (o.Tabulated == true && map.WhyNoTable is { } reason) yield return new(NotTabulated, "FeatureMap.Tabulated", name, reason);
    }

    /// <summary>Softmax, unless a gate, a write rule, a normaliser or a feature map of the user's asks for a matrix state.</summary>
    public static Kernel DefaultKernel(LayerDeclaration d) =>
        d.Kernel ?? (d.Gate is null && d.Write is null && d.Read is null && !d.Functions.Any(f => f.Role is FunctionRole.FeatureMap or FunctionRole.Normaliser) ? Kernel.Softmax : Kernel.Identity);

    public static Normaliser DefaultNormaliser(LayerDeclaration d) =>
        d.Read?.Normaliser ?? (d.Write?.Rule == WriteRule.ExponentialGate ? Normaliser.Stabilised : d.Function(FunctionRole.Normaliser) is null ? Normaliser.None : Normaliser.KeySum);

    /// <summary>The forms that the layer's mathematics has.</summary>
    public static Forms AvailableForms(LayerDeclaration d) => (DefaultKernel(d), d.Causal, IsInOrder(d)) switch
    {
        (Kernel.Softmax, true, _) => Forms.Recurrent | Forms.Parallel,
        (Kernel.Softmax, false, _) => Forms.Parallel,
        (_, true, true) => Forms.Recurrent | Forms.Chunkwise,
        (_, true, _) => Forms.Recurrent | Forms.Parallel | Forms.Chunkwise,
        _ => Forms.Parallel | Forms.Chunkwise,
    };

    /// <summary>Whether what one token writes depends on what those before it wrote.</summary>
    private static bool IsInOrder(LayerDeclaration d) => d.Write is { Rule: WriteRule.Delta or WriteRule.GeneralDelta or WriteRule.Oja or WriteRule.Slots } or { Steps: > 1 } or { Bonus: true } or { Key: KeySource.None } || d.Gate is { Shape: GateShape.Full } || d.Convolution is not null || d.Window is not null;

    private static string Kind(LayerDeclaration d) => (DefaultKernel(d), d.Causal, d.Write?.Rule) switch
    {
        (Kernel.Softmax, true, _) => "causal softmax attention",
        (Kernel.Softmax, false, _) => "bidirectional softmax attention",
        (_, true, WriteRule.Delta or WriteRule.GeneralDelta) => "a delta rule",
        (_, true, WriteRule.Oja) => "Oja's rule",
        (_, true, WriteRule.Slots) => "slot attention",
        (_, true, _) when d.Write is { Key: KeySource.None } || d.Gate is { Shape: GateShape.Full } => "a layer whose cells decay each on their own",
        (_, true, _) when d.Write is { Steps: > 1 } => "a layer with several writes a token",
        (_, true, _) when d.Write is { Bonus: true } => "a layer that reads before it writes",
        (_, true, _) when d.Convolution is not null => "a layer with a short convolution",
        (_, true, _) when d.Window is not null => "a layer with an exact window",
        (_, true, _) => "this layer",
        _ => "bidirectional linear attention",
    };

    private static Problem? Known<T>(T? value, string site, string name)
        where T : struct, Enum
    {
        if (value is not { } v || Enum.IsDefined(typeof(T), v)) return null;
        return new(UnknownValue, site, name, site, Convert.ToInt64(v, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture), string.Join(", ", Enum.GetNames(typeof(T))));
    }

    private static int NearestChunk(int c)
    {
        var chunk = 16;
        while (chunk < 256 && chunk < c) chunk *= 2;
        return chunk;
    }

    /// <summary>As kernels see it: what a float rounds to 0 or infinity is neither positive nor finite.</summary>
    private static bool IsPositive(double x) => (float)x > 0 && !float.IsInfinity((float)x);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
