using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Infrastructure;
using AttnDsl.Generator.Model;

namespace AttnDsl.Generator.Semantics;

/// <summary>From a declaration that keeps the rules to the dynamical system it means, defaults filled in.</summary>
internal static class Resolver
{
    public static DynamicalSystem Resolve(LayerDeclaration d)
    {
        var kernel = LayerRules.DefaultKernel(d);
        var family = kernel == Kernel.Softmax ? StateFamily.Cache : StateFamily.Matrix;
        var decay = d.Gate is { } g ? new Decay(g.Shape, g.Decay ?? default, g.Activation ?? default, g.Temperature ?? 1, LogDecays(g, d.ValueHeads ?? d.Heads ?? 0)) { LowerBound = g.LowerBound ?? 0, IsLearned = g.Learned, Function = g.Shape == GateShape.Constant ? null : d.Function(FunctionRole.Gate) } : null;
        var write = d.Write?.Rule ?? WriteRule.Plain;
        var steps = d.Write?.Steps ?? 1;
        var normaliser = family == StateFamily.Cache ? Normaliser.None : LayerRules.DefaultNormaliser(d);
        var available = LayerRules.AvailableForms(d);
        var forms = d.Form is { Forms: not 0 } f ? f.Forms & available : available;
        var system = new DynamicalSystem(
            family,
            d.KeyDim,
            d.ValueDim,
            d.Heads,
            d.KeyValueHeads,
            d.ValueHeads,
            d.Causal,
            d.Scale ?? 1 / Math.Sqrt(Math.Max(1, d.KeyDim)),
            FeatureMap.Of(d),
            decay,
            d.Rotation is { } r ? Rotation(r, d.KeyDim / 2) : null,
            write,
            new(d.Write?.Key ?? KeySource.Input, d.Write?.Strength ?? (write is WriteRule.Delta or WriteRule.Oja ? WriteStrength.Beta : WriteStrength.None), d.Write?.StrengthScale ?? 1, Math.Max(1, steps), Math.Max(0, d.Write?.Slots ?? 0), d.Write is { Bonus: true }),
            normaliser,
            d.Read?.Epsilon ?? 1e-6,
            d.Read?.Eta ?? default,
            d.Read?.Gradient ?? NormaliserGradient.Exact,
            family == StateFamily.Cache && d.Window is { } w ? new(w.Size, w.RuntimeSized, w.SinkTokens) : null,
            // Step runs the recurrent form, so every causal layer keeps it.
            forms == 0 ? available : d.Causal ? forms | Forms.Recurrent : forms,
            d.Form?.ChunkSize ?? DefaultChunk(decay),
            default,
            default)
        {
            Skip = family == StateFamily.Matrix ? d.Read?.Skip ?? default : default,
            Augmentation = family == StateFamily.Matrix ? d.Read?.Augmentation ?? default : default,
            AddsEpsilon = d.Read is { AddsEpsilon: true },
            OutputGate = family == StateFamily.Matrix ? d.Read?.OutputGate ?? default : default,
            Levels = family == StateFamily.Matrix ? Math.Max(0, d.Read?.Levels ?? 0) : 0,
            Score = d.Score is { } score && (score.SoftCap is not null || score.SinkLogit || score.Bias is not (null or PositionBias.None)) ? new(score.SoftCap, score.Bias ?? default, score.SinkLogit) : null,
            Prior = d.Read?.Prior ?? 0,
            ExactTokens = normaliser == Normaliser.Centred ? d.Window?.Size ?? 0 : 0,
            Convolution = d.Convolution is { } c ? new(c.Width, c.Of, c.Activation ?? default, c.Columns ?? 0) : null,
            Divisor = d.Function(FunctionRole.Normaliser),
            ScoreFunction = d.Function(FunctionRole.Score),
            MaskFunction = d.Function(FunctionRole.Mask),
        };
        system = system with { Inputs = new(Inputs(system)), States = new(States(system)) };
        system = system with { Inputs = new(system.Inputs.Concat(PerToken(system))) };
        return system with { Parameters = new(Parameters(system)) };
    }

    private static Rotation Rotation(RotationDeclaration r, int pairs) => new(r.Kind, r.Base, r.Layout)
    {
        Phase = r.Kind switch
        {
            RotationKind.Selective => new(new(pairs, r.Temperature ?? default, r.MaxTemperature ?? 1, r.Base, r.MaxAngle ?? 0.9999), r.Differenced ?? false, r.Gate ?? default) { HasBias = r.Bias ?? false },
            RotationKind.Learned => new(new(pairs, RotationTemperature.Geometric, 1, 1, 0), false, r.Gate ?? default) { IsLearned = true },
            _ => null,
        },
    };

    /// <summary>The constants that a declaration fixes; those of retention are a formula of the head's number.</summary>
    private static EquatableArray<double> LogDecays(GateDeclaration g, int heads) => (g.Shape, g.Decay) switch
    {
        (GateShape.Constant, HeadDecay.Given) => g.LogDecays ?? default,
        (GateShape.Constant, HeadDecay.Lightning) => new(Enumerable.Range(0, heads).Select(h => -8.0 / heads * (1 - (g.Layer ?? 0) / (double)Math.Max(1, g.Layers ?? 0)) * h)),
        _ => default,
    };

    /// <summary>
    /// Products inside a chunk grow with its length, what is done once a chunk shrinks: measured, 32 is the fastest for widths of 64 and 128.
    /// Where every cell of the state decays by itself, a tile has a row of K·V cells for every token.
    /// </summary>
    private static int DefaultChunk(Decay? decay) => decay?.Shape == GateShape.Full ? 16 : 32;

    private static IEnumerable<InputTensor> Inputs(DynamicalSystem s)
    {
        var (n, keyHeads, valueHeads) = (s.ValueHeads is null ? "H" : "N", s.KeyValueHeads is null ? "H" : "G", s.KeyValueHeads is not null ? "G" : s.ValueHeads is null ? "H" : "N");
        var keyCount = s.KeyValueHeads is null ? HeadCount.Query : HeadCount.KeyValue;
        // What is written comes with as many rows a token as there are writes.
        var steps = s.Writing.Steps;
        var time = steps == 1 ? "T" : $"{steps}T";
        var rows = steps == 1 ? "" : $" Rows {steps}t to {steps}t + {steps - 1} belong to token t.";
        InputTensor Written(string member, string tensor, string heads, HeadCount count, int width, string meaning) =>
            new(member, tensor, $"[B,{time},{heads}]", count, width, meaning + rows, steps);

        if (s.Writing.Key != KeySource.None) yield return new("Q", "q", "[B,T,H,K]", HeadCount.Query, s.KeyDim, "Queries.");
        if (s.Writing.Key == KeySource.Input) yield return Written("K", "k", $"{keyHeads},K", keyCount, s.KeyDim, s.Write == WriteRule.Delta ? "Keys, L2-normalised: with ‖k‖ = 1 and 0 ≤ β ≤ 2 the transition does not expand." : "Keys.");
        yield return Written("V", "v", $"{valueHeads},V", s.KeyValueHeads is not null ? HeadCount.KeyValue : HeadCount.State, s.ValueDim, s.Write == WriteRule.Oja ? "Values, L2-normalised: with ‖v‖ = 1 and 0 ≤ β ≤ 2 the transition does not expand." : "Values.");
        if (s.Decay is { Shape: not GateShape.Constant, IsLearned: false } decay)
        {
            var (letter, width) = Channels(s, decay);
            yield return new("G", "g", $"[B,T,{n}{letter}]", HeadCount.State, width, OfGate(s, decay));
        }

        if (s.Writing.Strength is WriteStrength.ChannelSigmoid or WriteStrength.ChannelNorm)
            yield return new("Beta", "beta", $"[B,T,{n},V]", HeadCount.State, s.ValueDim, $"Write strength, given as a logit: values are written times {Scaled(s)}{(s.Writing.Strength == WriteStrength.ChannelNorm ? "√(1 − e^(2g)) " : "")}σ(Beta).");
        if (s.Writing.Strength is WriteStrength.Beta or WriteStrength.Sigmoid)
        {
            var meaning = (s.Write == WriteRule.Delta ? "Write strength β: 1 overwrites what the key retrieved, 0 leaves it." : s.Write == WriteRule.Oja ? "Write strength β: 1 overwrites what the value stood for, 0 leaves it." : "Write strength β.")
                + (s.Writing.Strength == WriteStrength.Sigmoid ? $" Given as a logit: β = {Scaled(s)}σ(Beta)." : s.Writing.StrengthScale == 1 ? "" : $" β = {Scaled(s)}Beta.");
            yield return Written("Beta", "beta", n, HeadCount.State, 0, meaning);
        }

        if (s.Write == WriteRule.GeneralDelta)
        {
            yield return Written("A", "retrieve", $"H,{s.Map.Letter}", HeadCount.Query, s.Map.Width, "What is retrieved: aᵀS of the state before the token's decay.");
            yield return Written("B", "back", $"H,{s.Map.Letter}", HeadCount.Query, s.Map.Width, "Where to it is written.");
        }

        if (s.Write == WriteRule.Slots) yield return new("S", "slotWrite", $"[B,T,{n},M]", HeadCount.State, s.Writing.Slots, "How strongly the token writes to each slot.");
        if (s.Normaliser == Normaliser.External) yield return new("Eta", "eta", $"[B,T,{n}]", HeadCount.State, 0, $"The read-out is divided by η = {FeatureMaps.EtaFormula(s.Eta)} of it.");
        if (s.Levels > 0) yield return new("LevelScales", "levelScales", $"[B,T,{n},L]", HeadCount.State, s.Levels, "λ: how much each level of the past counts, the token itself first.");
        if (s.OutputGate != OutputGate.None) yield return new("OutputGate", "outputGate", $"[B,T,{n},V]", HeadCount.State, s.ValueDim, $"The output is multiplied by {(s.OutputGate == OutputGate.Silu ? "y·σ(y)" : "σ(y)")} of it.");
        if (s.IsStabilised) yield return new("I", "inputGate", $"[B,T,{n}]", HeadCount.State, 0, "Input gate: the logarithm of the write strength.");
        if (s.Phase is not { } phase) yield break;
        if (!phase.IsLearned) yield return new("Phi", "phi", $"[B,T,{keyHeads},K/2]", s.KeyHeadCount, s.KeyDim / 2, $"Phases φ: a token turns by τ times {(phase.Differenced ? "what they changed by since the token before" : "φ")}{(phase.HasBias ? ", and e^b" : "")}.");
        var gate = "Logit of the phase's gate: the token turns by σ of it times as far.";
        if (phase.Gate == PhaseGate.Head) yield return new("PhaseGate", "phaseGate", $"[B,T,{keyHeads}]", s.KeyHeadCount, 0, gate);
        if (phase.Gate == PhaseGate.Pair) yield return new("PhaseGate", "phaseGate", $"[B,T,{keyHeads},K/2]", s.KeyHeadCount, s.KeyDim / 2, gate);
    }

    /// <summary>What a mask asks of each query. A name that is taken stands once.</summary>
    private static IEnumerable<InputTensor> PerToken(DynamicalSystem s)
    {
        if (s.MaskFunction is not { } mask) yield break;
        var taken = new HashSet<string>(FunctionRules.ReservedMembers.Concat(s.Inputs.Select(i => i.Member)));
        foreach (var member in mask.PerToken.Where(taken.Add))
            yield return new(member, Functions.PerToken(member), "[B,T,1]", HeadCount.Shared, 0, $"Whole numbers, which {mask.Name} asks of each query, the same for all heads.") { IsFixed = true };
    }

    /// <summary>What is learned: for the user's functions, then for the parts. A name that is taken stands once.</summary>
    private static IEnumerable<ParameterTensor> Parameters(DynamicalSystem s)
    {
        var n = s.ValueHeads is null ? "H" : "N";
        var parts = OfParts(s).ToList();
        var taken = new HashSet<string>(FunctionRules.ReservedMembers.Concat(s.Inputs.Select(i => i.Member)).Concat(parts.Select(p => p.Member)));
        // Kernels also name what belongs to a parameter after it.
        bool Take(string member)
        {
            var after = new[] { "Grad", "Step", "GradStep", "All", "GradAll" }.Select(suffix => member + suffix).ToList();
            if (taken.Contains(member) || after.Exists(taken.Contains)) return false;
            taken.UnionWith(after);
            return taken.Add(member);
        }

        foreach (var f in s.Map.Methods.Concat(new[] { s.Decay?.Function, s.ScoreFunction, s.Divisor }.OfType<FunctionDeclaration>()))
        {
            var (count, letters) = f.Role is FunctionRole.Gate or FunctionRole.Normaliser ? (HeadCount.State, $"[{n}]") : (HeadCount.Query, "[H]");
            foreach (var tensor in f.Tensors.Where(t => Take(t.Member)))
                yield return new(tensor.Member, Functions.Tensor(tensor.Member), $"[H,{(tensor.Lengths.Count == 2 ? s.Map.Letter + ",K" : tensor.Lengths[0] == s.Map.Width ? s.Map.Letter : "K")}]", HeadCount.Query, tensor.Lengths, $"Learned by each head, of the function {f.Name}.");
            foreach (var learned in f.Learned.Where(Take)) yield return new(learned, Functions.Tensor(learned), letters, count, default, $"One number a head, of the function {f.Name}.");
        }

        foreach (var part in parts) yield return part;
    }

    private static IEnumerable<ParameterTensor> OfParts(DynamicalSystem s)
    {
        var n = s.ValueHeads is null ? "H" : "N";
        if (s.Family == StateFamily.Matrix)
        {
            foreach (var p in s.Map.Parameters) yield return p;
        }

        if (s.Score is { SinkLogit: true }) yield return new("Sink", "sink", "[H]", HeadCount.Query, default, "The logit that every query sees beside its keys.");
        if (s.Decay is { IsLearned: true } learned)
        {
            var (letter, width) = Channels(s, learned);
            yield return new("G", "g", $"[{n}{letter}]", HeadCount.State, width == 0 ? default : new([width]), OfGate(s, learned) + " The same for every token.");
        }

        if (s.Decay is { HasRate: true } rated) yield return rated switch
        {
            { Activation: GateActivation.ReversedSigmoidPower } => new("Power", "logRate", $"[{n}]", HeadCount.State, default, "a: the power of the gate, counted as 0 below 0."),
            { Shape: GateShape.Full } => new("ALog", "logRate", $"[{n},K,V]", HeadCount.State, new([s.KeyDim, s.ValueDim]), "a: the logarithm of the rate at which each cell decays."),
            _ => new("ALog", "logRate", $"[{n}]", HeadCount.State, default, "a: the logarithm of the rate at which the head decays."),
        };
        if (s.Decay is { HasBias: true } decay)
        {
            var (letter, width) = Channels(s, decay);
            if (decay.Activation == GateActivation.RecurrentGate) yield return new("Lambda", "stepBias", $"[{n}{letter}]", HeadCount.State, width == 0 ? default : new([width]), "λ: a gate of 1 keeps e^(−8 log(1 + e^λ)) of the state.");
            else yield return new("DtBias", "stepBias", $"[{n}{letter}]", HeadCount.State, width == 0 ? default : new([width]), "b: added to the gate's input.");
        }

        if (s.Phase is { IsLearned: true }) yield return new("Theta", "theta", $"[{(s.KeyValueHeads is null ? "H" : "G")},K/2]", s.KeyHeadCount, new([s.KeyDim / 2]), "θ: radians that a token turns each pair by.");
        if (s.Phase is { HasBias: true }) yield return new("PhaseBias", "phaseBias", $"[{(s.KeyValueHeads is null ? "H" : "G")},K/2]", s.KeyHeadCount, new([s.KeyDim / 2]), "b: e^b joins the phases of every token.");
        foreach (var tensor in s.Convolution?.Tensors ?? [])
        {
            var (name, letters, count, width) = OfConvolution(s, tensor, n);
            var c = s.Convolution!;
            yield return new(char.ToUpperInvariant(tensor[0]) + "Taps", tensor + "Taps", $"[{letters[0]},{(c.IsOnGrid ? "W²" : "W")},{letters[1]}]", count, new([c.Taps, width]), c.IsOnGrid
                ? $"The convolution of the {name}: row {Emit.Literals.Integer(c.Width)}i + j is the weight of the token i − {Emit.Literals.Integer(c.Width / 2)} rows below and j − {Emit.Literals.Integer(c.Width / 2)} columns to the right."
                : $"The convolution of the {name}: row w is the weight of token t − w.");
        }

        if (s.Writing.Bonus) yield return new("U", "bonus", $"[H,{s.Map.Letter}]", HeadCount.Query, new([s.Map.Width]), "u: how much of a token's own key counts where the state is read before the write.");
        if (s.Augmentation != Augmentation.None) yield return new("W", "augment", $"[H,{s.Map.Letter}]", HeadCount.Query, new([s.Map.Width]), "w: the weight of each channel in how a token's own query and key fit.");
        if (s.HasSkip) yield return s.Skip == SkipShape.Channel
            ? new("D", "skip", $"[{n},V]", HeadCount.State, new([s.ValueDim]), "How much of its own value a token adds to its output.")
            : new("D", "skip", $"[{n}]", HeadCount.State, default, "How much of its own value a token adds to its output.");
    }

    /// <summary>What of a layer a convolution of an input is of.</summary>
    private static (string Name, string Letters, HeadCount Count, int Width) OfConvolution(DynamicalSystem s, string tensor, string stateHeads) => tensor switch
    {
        "q" => ("queries", "HK", HeadCount.Query, s.KeyDim),
        "k" => ("keys", "HK", HeadCount.Query, s.KeyDim),
        _ => ("values", stateHeads + "V", HeadCount.State, s.ValueDim),
    };

    private static string OfGate(DynamicalSystem s, Decay decay)
    {
        var forgets = s.Forgets ? "Forget-gate" : "Gate";
        return decay.Function is not null
            ? $"{forgets} inputs z; the log-decay is {FeatureMaps.LogDecayFormula(decay, "z")}."
            : decay.Activation == GateActivation.LogDecay
            ? s.Forgets ? "Log-forget gate (natural logarithm), at most 0." : "Log-decay (natural logarithm), at most 0."
            : decay.Activation == GateActivation.Rate
                ? $"Step sizes Δ, at least 0; the log-decay is {FeatureMaps.LogDecayFormula(decay, "Δ")}."
                : $"{forgets} logits z; the log-decay is {FeatureMaps.LogDecayFormula(decay, "z")}.";
    }

    /// <summary>Letter and width of a gate's channels; none of one a head.</summary>
    private static (string Letter, int Width) Channels(DynamicalSystem s, Decay decay) => decay.Shape switch
    {
        GateShape.Key => ("," + s.Map.Letter, s.Map.Width),
        GateShape.Value or GateShape.Full => (",V", s.ValueDim),
        GateShape.Slot => (",M", s.Writing.Slots),
        GateShape.Pair => (",K/2", s.KeyDim / 2),
        _ => ("", 0),
    };

    private static string Scaled(DynamicalSystem s) => s.Writing.StrengthScale == 1 ? "" : Emit.Literals.Number(s.Writing.StrengthScale) + " ";

    private static IEnumerable<StateTensor> States(DynamicalSystem s)
    {
        if (s.Family == StateFamily.Matrix)
            foreach (var part in Matrix(s)) yield return part;
        foreach (var part in Phases(s)) yield return part;
        if (!s.Forgets) yield break;
        yield return new("gateSum", 1, 1, 0, "[B,H]", "The sum of the log-gates so far.");
        yield return new("gateRest", 1, 1, 0, "[B,H]", "What rounding the sum left.");
    }

    private static IEnumerable<StateTensor> Phases(DynamicalSystem s)
    {
        if (s.Phase is not { } phase) yield break;
        // A matrix layer's grouped value heads share the phase of their query head: the first of them keeps it.
        var n = s.KeyValueHeads is not null ? "G" : s.ValueHeads is null ? "H" : "N";
        yield return new("phase", 1, s.KeyDim / 2, 0, $"[B,{n},K/2]", $"The angle so far, from −π to π{(s.ValueHeads is null ? "" : ", in the first of each query head's value heads")}.");
        yield return new("phaseRest", 1, s.KeyDim / 2, 0, $"[B,{n},K/2]", "What rounding the angle left.");
        if (phase.Differenced) yield return new("lastPhi", 1, s.KeyDim / 2, 0, $"[B,{n},K/2]", "φ of the last token.");
    }

    private static IEnumerable<StateTensor> Matrix(DynamicalSystem s)
    {
        var (n, f) = (s.ValueHeads is null ? "H" : "N", s.Map.Letter);
        foreach (var tensor in s.Convolution is { IsOnGrid: false } line ? line.Tensors : [])
        {
            var (name, letters, _, width) = OfConvolution(s, tensor, n);
            yield return new(tensor + "Past", s.Convolution!.Width - 1, width, 0, $"[B,{n},W−1,{letters[1]}]", $"The {name} of the last W − 1 = {Emit.Literals.Integer(s.Convolution.Width - 1)} tokens, the oldest first.");
        }

        if (s.Write == WriteRule.Slots)
        {
            yield return new("slotKeys", s.Map.Width, s.Writing.Slots, 0, $"[B,{n},{f},M]", "The slots' keys: columns are slots.");
            yield return new("slotValues", s.Writing.Slots, s.ValueDim, 0, $"[B,{n},M,V]", "The slots' values: rows are slots.");
            yield break;
        }

        if (s.Levels > 0) yield return new("S", s.Levels * s.Map.Width, s.ValueDim, 0, $"[B,{n},L{f},V]", "The memory of every level as the last token sees it, level after level.");
        else yield return new("S", s.Map.Width, s.ValueDim, 0, $"[B,{n},{f},V]", s.IsCentred ? "The sum of products of deviations of keys and values from their means." : s.IsStabilised ? "The memory, relative to e^M." : s.Map.KeepsChannels ? "The memory: rows are key channels." : "The memory: rows are features of the keys.");
        if (s.HasKeySum && !s.IsStabilised) yield return new("z", 1, s.Map.Width, 0, $"[B,{n},{f}]", "Sum of the mapped keys.");
        if (s.IsCentred)
        {
            yield return new("keyMean", 1, s.Map.Width, 0, $"[B,{n},{f}]", "The mean of the mapped keys.");
            yield return new("valueMean", 1, s.ValueDim, 0, $"[B,{n},V]", "The mean of the values.");
            yield return new("count", 1, 1, 0, $"[B,{n}]", s.ExactTokens > 0 ? "How many tokens the moments are of." : s.Decay is null ? "How many tokens there were." : "How many tokens there were, each as far as it has not decayed.");
        }

        if (s.ExactTokens > 0)
        {
            var last = Emit.Literals.Integer(s.ExactTokens);
            yield return new("keyCovariance", s.Map.Width, s.Map.Width, 0, $"[B,{n},{f},{f}]", "The sum of products of deviations of keys with each other.");
            yield return new("windowKeys", s.ExactTokens, s.Map.Width, 0, $"[B,{n},W,{f}]", $"The mapped keys of the last W = {last} tokens, the latest last; zeros where there were none.");
            yield return new("windowValues", s.ExactTokens, s.ValueDim, 0, $"[B,{n},W,V]", "Their values.");
            yield return new("windowCount", 1, 1, 0, $"[B,{n}]", "How many of them there are.");
        }

        if (!s.IsStabilised) yield break;
        yield return new("n", 1, s.Map.Width, 0, $"[B,{n},{f}]", "Sum of the keys, relative to e^M.");
        yield return new("m", 1, 1, Expressions.Ex.NoScore, $"[B,{n}]", "The running maximum of the log-weights.");
    }
}
