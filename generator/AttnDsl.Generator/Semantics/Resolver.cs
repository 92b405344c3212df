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
        var decay = d.Gate is { } g ? new Decay(g.Shape, g.Decay ?? default, g.Activation ?? default, g.Temperature ?? 1) : null;
        var write = d.Write ?? WriteRule.Plain;
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
            kernel,
            decay,
            d.Rotation is { } r ? Rotation(r, d.KeyDim / 2) : null,
            write,
            normaliser,
            d.Read?.Epsilon ?? 1e-6,
            d.Window is { } w ? new(w.Size, w.RuntimeSized, w.SinkTokens) : null,
            // Step runs the recurrent form, so every causal layer keeps it.
            forms == 0 ? available : d.Causal ? forms | Forms.Recurrent : forms,
            d.Form?.ChunkSize ?? DefaultChunk(decay),
            default,
            default)
        {
            HasSkip = family == StateFamily.Matrix && d.Read is { Skip: true },
            AddsEpsilon = d.Read is { AddsEpsilon: true },
            Score = d.Score is { } score && (score.SoftCap is not null || score.Bias is not (null or PositionBias.None)) ? new(score.SoftCap, score.Bias ?? default) : null,
        };
        return system with { Inputs = new(Inputs(system)), States = new(States(system)), Parameters = new(Parameters(system)) };
    }

    private static Rotation Rotation(RotationDeclaration r, int pairs) => new(r.Kind, r.Base, r.Layout)
    {
        Phase = r.Kind != RotationKind.Selective
            ? null
            : new(new(pairs, r.Temperature ?? default, r.MaxTemperature ?? 1, r.Base, r.MaxAngle ?? 0.9999), r.Differenced ?? false, r.Gate ?? default),
    };

    /// <summary>Per-key decays cost C products a token inside a chunk that scalar ones do not, so their chunks are shorter.</summary>
    private static int DefaultChunk(Decay? decay) => decay?.Shape is GateShape.Key or GateShape.Pair ? 32 : 64;

    private static IEnumerable<InputTensor> Inputs(DynamicalSystem s)
    {
        var (n, keyHeads, valueHeads) = (s.ValueHeads is null ? "H" : "N", s.KeyValueHeads is null ? "H" : "G", s.KeyValueHeads is not null ? "G" : s.ValueHeads is null ? "H" : "N");
        var keyCount = s.KeyValueHeads is null ? HeadCount.Query : HeadCount.KeyValue;
        yield return new("Q", "q", "[B,T,H,K]", HeadCount.Query, s.KeyDim, "Queries.");
        yield return new("K", "k", $"[B,T,{keyHeads},K]", keyCount, s.KeyDim, s.Write == WriteRule.Delta ? "Keys, L2-normalised: with ‖k‖ = 1 and 0 ≤ β ≤ 2 the transition does not expand." : "Keys.");
        yield return new("V", "v", $"[B,T,{valueHeads},V]", s.KeyValueHeads is not null ? HeadCount.KeyValue : HeadCount.State, s.ValueDim, "Values.");
        if (s.Decay is { Shape: not GateShape.Constant } decay)
        {
            var meaning = decay.Activation == GateActivation.LogSigmoid
                ? $"{(s.Forgets ? "Forget-gate" : "Gate")} logits z; the log-decay is log σ(z){(decay.Temperature == 1 ? "" : " / " + Emit.Literals.Number(decay.Temperature))}."
                : s.Forgets ? "Log-forget gate (natural logarithm), at most 0." : "Log-decay (natural logarithm), at most 0.";
            yield return decay.Shape == GateShape.Key ? new("G", "g", $"[B,T,{n},{s.Map.Letter}]", HeadCount.State, s.Map.Width, meaning)
                : decay.Shape == GateShape.Pair ? new("G", "g", $"[B,T,{n},K/2]", HeadCount.State, s.KeyDim / 2, meaning)
                : new("G", "g", $"[B,T,{n}]", HeadCount.State, 0, meaning);
        }

        if (s.Write == WriteRule.Delta) yield return new("Beta", "beta", $"[B,T,{n}]", HeadCount.State, 0, "Write strength β: 1 overwrites what the key retrieved, 0 leaves it.");
        if (s.IsStabilised) yield return new("I", "inputGate", $"[B,T,{n}]", HeadCount.State, 0, "Input gate: the logarithm of the write strength.");
        if (s.Phase is not { } phase) yield break;
        yield return new("Phi", "phi", $"[B,T,{keyHeads},K/2]", s.KeyHeadCount, s.KeyDim / 2, phase.Differenced ? "Phases φ: a token turns by τ times what they changed by since the token before." : "Phases φ: a token turns by τ φ.");
        var gate = "Logit of the phase's gate: the token turns by σ of it times as far.";
        if (phase.Gate == PhaseGate.Head) yield return new("PhaseGate", "phaseGate", $"[B,T,{keyHeads}]", s.KeyHeadCount, 0, gate);
        if (phase.Gate == PhaseGate.Pair) yield return new("PhaseGate", "phaseGate", $"[B,T,{keyHeads},K/2]", s.KeyHeadCount, s.KeyDim / 2, gate);
    }

    private static IEnumerable<ParameterTensor> Parameters(DynamicalSystem s)
    {
        var n = s.ValueHeads is null ? "H" : "N";
        if (s.HasSkip) yield return new("D", "skip", $"[{n}]", HeadCount.State, default, "How much of its own value a token adds to its output.");
    }

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
        yield return new("S", s.Map.Width, s.ValueDim, 0, $"[B,{n},{f},V]", s.IsStabilised ? "The memory, relative to e^M." : s.Map.KeepsChannels ? "The memory: rows are key channels." : "The memory: rows are features of the keys.");
        if (s.Normaliser == Normaliser.KeySum) yield return new("z", 1, s.Map.Width, 0, $"[B,{n},{f}]", "Sum of the mapped keys.");
        if (!s.IsStabilised) yield break;
        yield return new("n", 1, s.Map.Width, 0, $"[B,{n},{f}]", "Sum of the keys, relative to e^M.");
        yield return new("m", 1, 1, Expressions.Ex.NoScore, $"[B,{n}]", "The running maximum of the log-weights.");
    }
}
