using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Lowering;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Emit;

/// <summary>What a layer is, in words and formulas: one text for the type's remarks and for <c>Explanation</c>.</summary>
internal static class Explanation
{
    /// <param name="hasGpu">Whether the layer has a GPU twin.</param>
    public static string Of(string name, LayerPlan plan, bool hasGpu = false)
    {
        var s = plan.System;
        var lines = new List<string> { $"{name}: {Title(s)}." };
        Section(lines, "Recurrence of one head (s the scale)", Recurrence(s));
        Section(lines, $"Inputs (B batch, T time, H query heads{(s.KeyValueHeads is null ? "" : ", G key/value heads")}{(s.ValueHeads is null ? "" : ", N value heads")})", s.Inputs.Select(i => $"{i.Member,-5} {i.Letters,-10} {i.Meaning}").Concat(Window(s)));
        if (s.Parameters.Count > 0) Section(lines, "Learned parameters", s.Parameters.Select(p => $"{p.Member,-5} {p.Letters,-10} {p.Meaning}"));
        Section(lines, "Output", [$"o     [B,T,{SurfaceEmitter.OutputHeads(s)},V]"]);
        Section(lines, s.Causal ? "State a sequence (fp32)" : "State", State(s));
        Section(lines, "Cost", Cost(plan));
        Section(lines, "Gradients", Gradients(plan));
        Section(lines, "Forms and schedule", plan.Forms.Select(f => Schedule(plan, f)).Concat(Machine(plan)));
        if (hasGpu) Section(lines, "GPU twin (the nested class Gpu, from the same programs)", Gpu.GpuExplanation.Of(plan));
        if (s.Map.Table is not null) Section(lines, "Table of the feature map's functions", TableExplanation.Of(s));
        var refused = Refused(s).ToList();
        if (refused.Count > 0) Section(lines, "Not supported", refused);
        return string.Join("\n", lines);
    }

    public static string Count(int n, string what) => $"{n} {what}{(n == 1 ? "" : "s")}";

    private static void Section(List<string> lines, string title, IEnumerable<string> content)
    {
        lines.Add("");
        lines.Add(title);
        lines.AddRange(content.Select(c => "  " + c));
    }

    public static string Title(DynamicalSystem s)
    {
        var heads = s.Heads is { } h ? Count(h, "head") : "any number of heads";
        if (s.KeyValueHeads is { } g) heads += $" on {Count(g, "key/value head")}";
        if (s.ValueHeads is { } n) heads += $", {Count(n, "value head")}";
        var kind = (s.Family, s.Write) switch
        {
            (StateFamily.Cache, _) => $"{(s.Causal ? "causal" : "bidirectional")} softmax attention{(s.Forgets ? " with forget gates" : "")}{(s.Window is { } w ? $", window {(w.RuntimeSized ? "up to " : "")}{w.Size}{(w.SinkTokens > 0 ? $" and {w.SinkTokens} sink {(w.SinkTokens == 1 ? "token" : "tokens")}" : "")}" : "")}",
            (_, WriteRule.Delta) => $"{(s.Decay is null ? "" : "gated ")}delta {(s.Writing.Steps == 1 ? "rule" : $"product of {s.Writing.Steps} steps a token")}",
            (_, WriteRule.Oja) => $"{(s.Decay is null ? "" : "gated ")}Oja's rule{(s.Writing.Steps == 1 ? "" : $", {s.Writing.Steps} steps a token")}",
            (_, WriteRule.GeneralDelta) => $"{(s.Decay is null ? "" : "gated ")}general delta rule",
            _ when s.Levels > 0 => $"log-linear attention, {Literals.Integer(s.Levels)} levels of the past",
            _ when s.IsScan => s.Decay!.Shape == GateShape.Full ? "state space layer, a decay for every cell" : "elementwise recurrence",
            (_, WriteRule.Slots) => $"{(s.Decay is null ? "" : "gated ")}slot attention, M = {s.Writing.Slots} slots",
            (_, WriteRule.ExponentialGate) => "matrix memory with an exponential input gate (mLSTM)",
            _ when s.IsCentred => $"{(s.Causal ? "" : "bidirectional ")}{(s.Decay is null ? "" : "forgetting ")}moment attention: mean and covariance (InLine){(s.ExactTokens == 0 ? "" : $" beside softmax over the last {Count(s.ExactTokens, "token")}")}{(s.Map.IsIdentity ? "" : $", {s.Map.Formula}")}",
            _ => $"{(s.Causal ? "" : "bidirectional ")}{(s.Decay is null ? "linear attention" : "gated linear attention")}{(s.Map.IsIdentity ? "" : $", {s.Map.Formula}")}",
        };
        return $"{kind}; K = {s.KeyDim}, V = {s.ValueDim}{(s.Map.KeepsChannels ? "" : $", F = {s.Map.Width} features")}, {heads}";
    }

    public static IEnumerable<string> Recurrence(DynamicalSystem s)
    {
        var scale = $"s = {Literals.Float(s.Scale).TrimEnd('f')}";
        if (s.Family == StateFamily.Cache)
        {
            var visible = (s.Causal, s.Window) switch
            {
                (false, _) => "every j",
                (_, null) => "j ≤ i",
                (_, { } w) => $"j ≤ i and (i − j < {(w.RuntimeSized ? "W" : Literals.Integer(w.Size))}{(w.SinkTokens > 0 ? $" or j < {w.SinkTokens}" : "")})",
            };
            yield return "state_t = state_{t−1} and (k_t, v_t)                      A_t = 1: nothing decays" + (s.Window is null ? "" : "; what no query can see is dropped");
            if (s.MaskFunction is { Body: { } mask }) visible += $" and {s.MaskFunction.Name}(i, j)";
            var scores = s.Score is { ShapesProducts: true } ? "score_ij" : "s q_i·k_j";
            if (s.ScoreFunction is { } own) scores = $"{own.Name}({scores})";
            if (s.Forgets) scores += " + g_{j+1} + … + g_i";
            yield return $"o_i = Σ_j p_ij v_j,  p_ij = softmax over j of {scores}{(s.Score is { SinkLogit: true } ? " and the head's sink logit" : "")},   {visible},  {scale}";
            if (s.ScoreFunction is { } score) yield return $"{score.Name}(x) = {score.Formula("x")}, for query i, key j, head h = 0, 1, …";
            if (s.MaskFunction is { Body: { } sees } seen) yield return $"{seen.Name}(i, j) = {FormulaPrinter.Condition(sees, [.. seen.PerToken.Select(m => m + "_i")])}; o_i = 0 where i sees no j";
            if (s.Score is { ShapesProducts: true } shaped) yield return ScoreLine(shaped, s.Causal);
            if (s.Decay is { } forget) yield return Gate(forget, "one a head");
            if (s.Rotation is { } r) yield return RotationLine(r, s.KeyDim);
            yield break;
        }

        var phi = s.Map.IsIdentity ? (Q: "q_t", K: "k_t") : s.Map.Polynomial is null ? (Q: "φ(q_t)", K: "φ(k_t)") : (Q: "φ(s q_t)", K: "φ(k_t)");
        // Polynomial and random kernels take the scale inside.
        var outside = s.Map.Polynomial is null && !s.Map.IsRandom ? "s " : "";
        if (s.Writing.Key == KeySource.Gate) phi.K = "k_t";
        if (s.Writing.Strength != WriteStrength.None && s.Write is not (WriteRule.Delta or WriteRule.Oja)) phi.K = "β_t " + phi.K;
        var (keep, gate) = s.Decay switch
        {
            null => ("", null),
            { Shape: GateShape.Constant } d => ("e^{g} ", FeatureMaps.HeadLogDecayFormula(d)),
            { Shape: GateShape.Key } d => ("diag(e^{g_t}) ", Gate(d, s.Map.KeepsChannels ? "one a key channel" : "one a feature")),
            { Shape: GateShape.Pair } d => ("diag(e^{g_t}) ", Gate(d, "one a pair of key channels")),
            { Shape: GateShape.Value } d => ("", Gate(d, "one a value channel")),
            { Shape: GateShape.Slot } d => ("", Gate(d, "one a slot")),
            { Shape: GateShape.Full, IsLearned: true } => ("", "g_t = −e^a Δ for every t, a learned for each cell, Δ_t = Δ = G ≥ 0 learned, one a value channel"),
            { Shape: GateShape.Full } => ("", "g_t = −e^a Δ_t, a learned for each cell, Δ_t = G_t ≥ 0 one a value channel"),
            { } d => ("e^{g_t} ", Gate(d, "one a head")),
        };
        if (s.Write == WriteRule.Slots)
        {
            var left = s.Decay?.Shape == GateShape.Slot ? "diag(e^{g_t}) " : keep;
            yield return $"K_t = K_{{t−1}} {left}+ {phi.K} s_tᵀ,   V_t = {left}V_{{t−1}} + s_t v_tᵀ,   s_t the weights of the slots";
            yield return $"o_t = V_tᵀ softmax({outside}K_tᵀ {phi.Q}){(s.Normaliser == Normaliser.External ? " / η_t" : "")}{Own(s)},  {scale}";
            foreach (var line in Sources(s, gate)) yield return line;
            yield break;
        }

        if (s.IsScan)
        {
            var value = (s.Writing.Strength, s.Writing.StrengthScale == 1 ? "" : Literals.Number(s.Writing.StrengthScale) + " ") switch
            {
                (WriteStrength.None, _) => "v_t",
                (WriteStrength.Step, var c) => $"({c}Δ_t ⊙ v_t)",
                (WriteStrength.ChannelNorm, var c) => $"({c}√(1 − e^{{2g_t}}) ⊙ σ(β_t) ⊙ v_t)",
                (WriteStrength.Beta, var c) => $"({c}β_t v_t)",
                (_, var c) => $"({c}σ(β_t) ⊙ v_t)",
            };
            var keyed = s.Writing.Key != KeySource.None;
            yield return $"S_t = e^{{g_t}} ⊙ S_{{t−1}} + {(keyed ? $"k_t {value}ᵀ" : value)},   cell by cell";
            yield return $"o_t = {(keyed ? "s S_tᵀ q_t" : s.Scale == 1 ? "S_t" : "s S_t")}{(s.Normaliser == Normaliser.External ? " / η_t" : "")}{Own(s)}{(keyed || s.Scale != 1 ? $",  {scale}" : "")}";
            if (gate is not null) yield return gate;
            if (s.Rotation is { } turned) yield return RotationLine(turned, s.KeyDim);
            foreach (var line in Convolutions(s)) yield return line;
            yield break;
        }

        if (s.IsCentred)
        {
            if (s.ExactTokens > 0)
            {
                foreach (var line in Blend(s, phi, outside, scale).Concat(Sources(s, gate))) yield return line;
                yield break;
            }

            var (t, past) = s.Causal ? ("_t", " over the tokens so far") : ("", " over all tokens");
            if (s.Causal)
            {
                yield return $"n_t = {keep}n_{{t−1}} + 1,   mean_t k = mean_{{t−1}} k + ({phi.K} − mean_{{t−1}} k) / n_t,   mean_t v likewise";
                yield return $"S_t = {keep}S_{{t−1}} + ({phi.K} − mean_{{t−1}} k) (v_t − mean_t v)ᵀ";
            }
            else
            {
                yield return $"n, mean k, mean v{past};   S = Σ_t ({phi.K} − mean k) (v_t − mean v)ᵀ";
            }

            var counted = CentredProgram.Counted(s, "n" + t);
            yield return $"o_t = mean{t} v + {outside}S{t}ᵀ {phi.Q} / {counted}{Own(s)},  {scale}";
            yield return $"    that is o_t = Σ_j w_tj v_j,  w_tj = {(keep.Length == 0 ? "" : "decay of j to t · ")}({outside}{phi.Q}·({phi.K.Replace("_t", "_j")} − mean{t} k) / {counted} + 1 / n{t}): weights that sum to one and may be negative";
            foreach (var line in Sources(s, gate)) yield return line;
            yield break;
        }

        if (s.Levels > 0)
        {
            var each = s.Decay?.Shape == GateShape.Value ? "S^(l)_{t−1} diag(e^{g_t})" : $"{keep}S^(l)_{{t−1}}";
            yield return $"S^(l)_t = {each},   S^(0)_t = {phi.K} v_tᵀ,   l = 0 … {Literals.Integer(s.Levels - 1)}: the levels of the past";
            yield return $"    before each token t the levels up to that of token t − 1 are added to it: token s lies on level bitLength(t xor s), at most {Literals.Integer(s.Levels - 1)}";
            yield return $"o_t = {outside}Σ_l λ_tl S^(l)_tᵀ {phi.Q}{(s.Normaliser == Normaliser.External ? " / η_t" : "")}{Own(s)},  {scale},  λ = LevelScales";
            foreach (var line in Sources(s, gate)) yield return line;
            yield break;
        }

        // Of several writes a token the first meets the decayed state.
        var (kept, before) = (s.Decay?.Shape == GateShape.Value ? "S_{t−1} diag(e^{g_t})" : $"{keep}S_{{t−1}}", s.Writing.Steps == 1 ? "" : "    for each of the token's writes in turn, S the state before it; only the first meets the decay");
        var beta = s.Writing.Strength == WriteStrength.None ? "" : "β_t ";
        switch (s.Write)
        {
            case WriteRule.Delta:
                yield return $"S_t = {kept} + {phi.K} u_tᵀ,   u_t = {beta}(v_t − ({kept})ᵀ {phi.K})";
                yield return $"    that is A_t = (I − {beta}{phi.K} {phi.K}ᵀ) {(keep.Length == 0 ? "" : keep.Trim())}, write {beta}{phi.K} v_tᵀ";
                break;
            case WriteRule.Oja:
                yield return $"S_t = {kept} + u_t v_tᵀ,   u_t = {beta}({phi.K} − {kept} v_t)";
                yield return $"    that is S_t = {kept} (I − {beta}v_t v_tᵀ) + {beta}{phi.K} v_tᵀ";
                break;
            case WriteRule.GeneralDelta:
                yield return $"S_t = {kept} + b_t (a_tᵀ S_{{t−1}}) + {phi.K} v_tᵀ";
                yield return $"    that is A_t = {(keep.Length == 0 ? "I" : keep.Trim())} + b_t a_tᵀ, write {phi.K} v_tᵀ";
                break;
            case WriteRule.ExponentialGate:
                yield return $"S_t = {keep}S_{{t−1}} + e^{{i_t}} {phi.K} v_tᵀ,   n_t = {keep}n_{{t−1}} + e^{{i_t}} {phi.K}";
                yield return "    both kept relative to e^{m_t}, m_t = max(" + (s.Decay is null ? "" : "g_t + ") + "m_{t−1}, i_t)";
                break;
            default:
                yield return s.Causal ? $"S_t = {kept} + {phi.K} v_tᵀ" : $"S = Σ_t {phi.K} v_tᵀ";
                break;
        }

        if (before.Length > 0) yield return before;

        var state = s.Causal ? "S_t" : "S";
        var skip = Own(s);
        yield return s.Normaliser switch
        {
            Normaliser.KeySum or Normaliser.AbsoluteKeySum => $"o_t = {outside}{state}ᵀ {phi.Q} / {KeySum($"{outside}{(s.Causal ? "z_t" : "z")}·{phi.Q}", s)}{skip},   z the {(s.Decay is null ? "" : "decayed ")}sum of {phi.K},  {scale}",
            Normaliser.External => $"o_t = {outside}{state}ᵀ {phi.Q} / η_t{skip},   η = {(s.Eta == EtaActivation.Exp ? FeatureMaps.EtaFormula(s.Eta) : $"max({FeatureMaps.EtaFormula(s.Eta)}, {Literals.Number(s.Epsilon)})")} of the input Eta,  {scale}",
            Normaliser.Stabilised => $"o_t = {outside}S_tᵀ {phi.Q} / (max(|{outside}n_t·{phi.Q}|, e^{{−m_t}}) + {Literals.Number(s.Epsilon)}){skip},  {scale}",
            _ when s.Writing.Bonus => $"o_t = {outside}(S_{{t−1}} + diag(u) {phi.K} v_tᵀ)ᵀ {phi.Q}{skip},  {scale}",
            _ => $"o_t = {outside}{state}ᵀ {phi.Q}{skip},  {scale}",
        };
        foreach (var line in Sources(s, gate)) yield return line;
    }

    /// <summary>What the token's own value adds.</summary>
    private static string Own(DynamicalSystem s) => s.Augmentation switch
    {
        Augmentation.None => "",
        Augmentation.SigmoidVector => " + σ((Σ q_t ⊙ w ⊙ k_t) v_t)",
        Augmentation.ScalarGate => " + σ(Σ q_t ⊙ w ⊙ k_t) v_t",
        _ => " + (Σ q_t ⊙ w ⊙ k_t) v_t",
    } + (s.HasSkip ? " + D v_t" : "") + (s.Convolution is { } c && (c.Of & Convolved.Output) != 0 ? " + " + Taps(c, "v") : "") + s.OutputGate switch
    {
        OutputGate.None => "",
        OutputGate.Silu => ",  all times y_t σ(y_t) of the input OutputGate",
        _ => ",  all times σ(y_t) of the input OutputGate",
    };

    /// <summary>Where gate, key and strength come from, and the map and rotation of queries and keys.</summary>
    private static IEnumerable<string> Sources(DynamicalSystem s, string? gate)
    {
        if (gate is not null) yield return gate;
        if (s.Writing.Key == KeySource.Gate) yield return "k_t = 1 − e^{g_t}: what a channel forgets it may write";
        if (s.Writing.Strength != WriteStrength.None && (s.Writing.Strength != WriteStrength.Beta || s.Writing.StrengthScale != 1))
            yield return $"β_t = {(s.Writing.StrengthScale == 1 ? "" : Literals.Number(s.Writing.StrengthScale) + " ")}{s.Writing.Strength switch { WriteStrength.Sigmoid => "σ(Beta_t)", WriteStrength.Step => Step(s.Decay!, s.Decay!.IsLearned ? "G" : "G_t"), _ => "Beta_t" }}";
        foreach (var line in Convolutions(s)) yield return line;
        if (!s.Map.IsIdentity) yield return s.Map.Formula;
        if (s.Map.Remark(s.Normaliser == Normaliser.KeySum) is { } remark) yield return remark;
        if (s.Rotation is { } rotation) yield return RotationLine(rotation, s.KeyDim);
    }

    /// <summary>Softmax over a window, and the Gaussian limit of softmax beyond it.</summary>
    private static IEnumerable<string> Blend(DynamicalSystem s, (string Q, string K) phi, string outside, string scale)
    {
        var (w, k) = (Literals.Integer(s.ExactTokens), phi.K.Replace("_t", "_j"));
        var (old, counted) = ($"j ≤ t − {w}", CentredProgram.Counted(s, "n_t"));
        yield return $"n_t, mean_t k, mean_t v of the tokens {old};   S_t = Σ ({k} − mean_t k) (v_j − mean_t v)ᵀ,   C_t = Σ ({k} − mean_t k) ({k} − mean_t k)ᵀ over them";
        yield return $"o_t = (e^{{l_t}} m_t + Σ_j e^{{{outside}{phi.Q}·{k}}} v_j) / (e^{{l_t}} + Σ_j e^{{{outside}{phi.Q}·{k}}}){Own(s)},   j of the last {w} tokens, t among them,  {scale}";
        yield return $"    m_t = mean_t v + {outside}S_tᵀ {phi.Q} / {counted},   l_t = log n_t + {outside}{phi.Q}·mean_t k + {outside}{outside}{phi.Q}ᵀ C_t {phi.Q} / (2 {counted}): the older tokens as softmax meets them if they are Gaussian";
    }

    private static IEnumerable<string> Convolutions(DynamicalSystem s) =>
        from tensor in s.Convolution?.Tensors ?? []
        where s.Convolution!.Replaces(tensor)
        select $"{tensor}_t is first convolved: {Taps(s.Convolution!, tensor)}";

    private static string Taps(Convolution c, string tensor)
    {
        if (c.IsOnGrid)
        {
            var (w, half) = (Literals.Integer(c.Width), Literals.Integer(c.Width / 2));
            var around = $"Σ_ij {char.ToUpperInvariant(tensor[0])}Taps_{{{w}i+j}} ⊙ {tensor}_{{row + i − {half}, column + j − {half}}}, i, j < {w}, on a grid of {Literals.Integer(c.Columns)} columns";
            return c.Activation == ConvolutionActivation.Silu ? $"y σ(y), y = {around}" : around;
        }

        var sum = $"Σ_w {char.ToUpperInvariant(tensor[0])}Taps_w ⊙ {tensor}_{{t−w}}, w < {Literals.Integer(c.Width)}";
        return c.Activation == ConvolutionActivation.Silu ? $"y σ(y), y = {sum}" : sum;
    }

    private static string KeySum(string sum, DynamicalSystem s) => s.Divisor is { } own
        ? $"({own.Formula(sum)})"
        : s.AddsEpsilon
        ? $"({sum} + {Literals.Number(s.Epsilon)})"
        : $"max({(s.Normaliser == Normaliser.AbsoluteKeySum ? $"|{sum}|" : sum)}, {Literals.Number(s.Epsilon)})";

    private static string Step(Decay d, string g) => d.HasBias ? $"log(1 + e^({g} + b))" : g;

    private static string Gate(Decay d, string shape) => d.IsLearned
        ? $"g_t = {FeatureMaps.LogDecayFormula(d, "G")} for every t, G learned, {shape}"
        : d.Activation == GateActivation.LogDecay && d.Function is null
        ? $"g_t = G_t ≤ 0, {shape}"
        : $"g_t = {FeatureMaps.LogDecayFormula(d, "G_t")}, {shape}";

    private static string ScoreLine(Score score, bool causal)
    {
        var capped = score.SoftCap is { } cap ? $"{Literals.Number(cap)} tanh(s q_i·k_j / {Literals.Number(cap)})" : "s q_i·k_j";
        return $"score_ij = {capped}{(score.Bias == PositionBias.Alibi ? $" − 2^(−8(h+1)/H) {(causal ? "(i − j)" : "|i − j|")} for head h = 0, 1, … of H" : "")}";
    }

    private static string RotationLine(Rotation r, int keyDim)
    {
        var channels = r.Layout == PairLayout.HalfSplit ? $"(i, i + {keyDim / 2})" : "(2i, 2i + 1)";
        if (r.Phase is not { } phase) return $"q and k of token t are turned by t·{Literals.Number(r.Base)}^(−2i/{keyDim}) radians in pair i, channels {channels}";
        var gate = phase.Gate == PhaseGate.None ? "" : "σ(PhaseGate_t) ";
        if (phase.IsLearned) return $"q and k of token t are turned by Θ_t = Θ_{{t−1}} + {gate}θ, θ learned, wrapped; pair i is channels {channels}";
        var added = (phase.Differenced, phase.HasBias) switch
        {
            (false, false) => "φ_t",
            (true, false) => "(φ_t − φ_{t−1})",
            (false, true) => "(φ_t + e^b)",
            (true, true) => "(φ_t − φ_{t−1} + e^b)",
        };
        return $"q and k of token t are turned by Θ_t = Θ_{{t−1}} + τ {gate}{added}, wrapped; pair i is channels {channels}, {phase.Temperatures.Formula}{(phase.HasBias ? ", b learned" : "")}";
    }

    private static IEnumerable<string> Window(DynamicalSystem s) =>
        s.Window is { RuntimeSized: true } w ? [$"Window         W of this call, 1 to {w.Size}"] : [];

    private static IEnumerable<string> State(DynamicalSystem s)
    {
        if (!s.Causal)
        {
            yield return "none: every token sees every other, so there is nothing to stream.";
            yield break;
        }

        var heads = s.Family == StateFamily.Cache ? s.KeyValueHeads ?? s.Heads : s.ValueHeads ?? s.Heads;
        if (s.Family == StateFamily.Cache)
        {
            // What query heads that share a key have beside it is said a query head.
            var shared = s.KeyValueHeads is not null;
            var row = 4L * (s.KeyDim + s.ValueDim + (s.Forgets && !shared ? 2 : 0));
            var (keyHead, queryHead) = StateLayout.SnapshotBytes(s);
            yield return s.Window is { } w
                ? Bytes($"keys{(s.Rotation is null ? "" : " (rotated)")} and values: {StateLayout.CacheRows(w)} rows, the {w.Size - 1} tokens before and room to append so that rows move rarely{(w.SinkTokens > 0 ? $", and {w.SinkTokens} sinks" : "")}", ((long)StateLayout.CacheRows(w) + w.SinkTokens) * row)
                : Bytes($"keys{(s.Rotation is null ? "" : " (rotated)")} and values, up to the capacity given to the constructor", row, " a token");
            if (s.Forgets) yield return $"behind each key the sum of the log-gates so far, as two floats{(shared ? " a query head, 8 bytes more" : "")}";
            if (s.Phase is not null) yield return Bytes("the angle so far, as two floats a pair" + (s.Phase.Differenced ? ", and φ of the last token" : ""), 4L * s.States.Where(t => !StateLayout.IsPerQueryHead(t)).Sum(t => t.Floats));
            string[] kept = [.. s.Window is null ? System.Array.Empty<string>() : ["a row"], .. s.Phase is null ? System.Array.Empty<string>() : ["the angle"], .. s.Forgets ? ["the sum of gates"] : System.Array.Empty<string>()];
            yield return kept.Length == 0
                ? "Rollback takes back any number of tokens"
                : Bytes($"each token that Rollback shall take back: {string.Join(" and ", kept)} more{(shared && queryHead > 0 ? $", beside {queryHead} bytes a query head" : "")}", keyHead + (shared ? 0 : queryHead));
            yield break;
        }

        yield return Bytes(string.Join(", ", s.States.Select(t => t.Name + (t.Rank == 0 ? "" : $"[{string.Join(",", t.Letters.Trim('[', ']').Split(',').Skip(2))}]"))), 4L * StateLayout.UnitFloats(s));
        yield return Bytes("each token that Rollback shall take back: a copy of the state", 4L * StateLayout.UnitFloats(s));

        string Bytes(string what, long perHead, string suffix = "") => heads is { } h
            ? $"{what}: {Literals.Grouped(perHead * h)} bytes{suffix} ({Literals.Grouped(perHead)} a head)"
            : $"{what}: {Literals.Grouped(perHead)} bytes{suffix} a head";
    }

    private static IEnumerable<string> Cost(LayerPlan plan)
    {
        var s = plan.System;
        var (k, v) = ((long)s.KeyDim, (long)s.ValueDim);
        if (s.Family == StateFamily.Cache)
        {
            yield return $"{Literals.Grouped(2 * (k + v))} FLOPs and {Literals.Grouped(4 * (k + v))} bytes read for each key that a query of one head sees" + (s.Window is { } w ? $", at most {Literals.Grouped((long)w.Size + w.SinkTokens)} keys" : "");
            yield break;
        }

        // f rows of state; p products make a score.
        var f = (long)s.Map.Width;
        var p = ScoresAreKernels(s) ? k : f;
        var l = System.Math.Max(1, s.Levels);
        // 2 a multiply-add: write, read, what a delta rule retrieves; 1 for the decay.
        var (delta, once) = (s.Write is WriteRule.Delta or WriteRule.GeneralDelta or WriteRule.Oja, s.Write is WriteRule.Delta or WriteRule.Oja);
        var (m, n) = ((long)s.Writing.Slots, (long)s.Writing.Steps);
        var cells = s.Write == WriteRule.Slots ? m * (f + v) : l * f * v;
        var flops = n * (4 * cells + (s.Decay is null ? 0 : cells) + (once ? 2 * cells : delta ? 4 * cells : 0));
        yield return $"recurrent: {Literals.Grouped(flops)} FLOPs a token and head; a step reads and writes the state, {Literals.Grouped(8 * cells)} bytes";
        // The products of one chunk over its tokens: state in and out, C×C scores and what they weigh; a delta rule has a second pair and a solve.
        var c = (long)plan.Sizes.C;
        var products = s.Write == WriteRule.Slots
            ? 4 * cells + 2 * c * (p + v + 2 * m)
            : n * ((once ? 6 : delta ? 8 : 4) * cells + 2 * c * (p + v) + (s.Write == WriteRule.Delta ? 2 * c * p + c * v : once ? 2 * c * v + c * f : delta ? 6 * c * p + 5 * c * v : 0));
        if (s.IsScan) yield return "chunkwise: the same, cell by cell; the state is read and written once a chunk";
        else if (plan.Of(Forms.Chunkwise) is not null && MatrixProgram.RunsAlong(s)) yield return $"chunkwise: {Literals.Grouped(4 * cells)} FLOPs a token and head{(s.Decay is null ? "" : ", the decays put off")}; the state is read and written once a chunk";
        else if (plan.Of(Forms.Chunkwise) is not null) yield return $"chunkwise: {Literals.Grouped(products)} FLOPs a token and head in products";
        if (plan.Of(Forms.Parallel) is not null) yield return $"parallel: {Literals.Grouped(2 * (p + v))} FLOPs for each pair of {(s.Causal ? "query and earlier key" : "query and key")}";
        if (s.Map.Polynomial is null) yield break;
        yield return ScoresAreKernels(s)
            ? $"the score of a pair is the polynomial of s q·k, {k} products, not the product of {Literals.Grouped(f)} features, which is the same number; only S and what is read from it take the features"
            : $"every score is a product of {Literals.Grouped(f)} features, since each of them decays in its own way";
    }

    /// <summary>Whether scores are made of the channels' products, on which the kernel is a polynomial.</summary>
    private static bool ScoresAreKernels(DynamicalSystem s) => s.Map.Polynomial is not null && s.Decay?.Shape != GateShape.Key;

    private static IEnumerable<string> Gradients(LayerPlan plan)
    {
        var s = plan.System;
        yield return s.Family == StateFamily.Cache
            ? $"Backward runs forward once more and keeps o and log Σ e^score, {Literals.Grouped(4L * (s.ValueDim + 1))} bytes a token and head; the weights are computed again from them"
            : plan.Backward.KeptFloats == 0
                ? $"Backward keeps nothing but the sum that all tokens wrote, {Literals.Grouped(4L * StateLayout.UnitFloats(s))} bytes a head; the rest is computed again"
                : $"Backward runs forward once more and keeps {string.Join(", ", plan.Backward.Kept.Select(k => s.States.FirstOrDefault(t => Reverse.KeptName(t.Name) == k.Tensor)?.Name ?? k.Tensor.Substring(4)))} at the start of every {plan.Sizes.C} tokens, {Literals.Grouped(4L * plan.Backward.KeptFloats)} bytes a chunk and head; the rest is computed again";
        if (s is { Family: StateFamily.Cache, Causal: true })
            yield return $"behind a State it also copies the keys and values that the call sees, with their gradients, {Literals.Grouped(8L * (s.KeyDim + s.ValueDim))} bytes a token and {(s.KeyValueHeads is null ? "" : "key/value ")}head";
        if (s.Family == StateFamily.Cache && s.Rotation is not null)
            yield return $"the rotated keys and their gradients are kept too, {Literals.Grouped(8L * s.KeyDim)} bytes a token and {(s.KeyValueHeads is null ? "" : "key/value ")}head";
        if (s.Parameters.Count > 0)
            yield return $"what each {(s.Family == StateFamily.Cache ? "block of queries or keys" : "head of a sequence")} contributes to the learned numbers is kept and summed in order, {Literals.Grouped(4L * s.Parameters.Sum(p => (long)p.Floats))} bytes each, so that the sum does not depend on threads";
        if (s.NormaliserGradient == NormaliserGradient.Held)
        {
            var floor = s.IsStabilised ? "e^{−m_t}" : Literals.Number(s.Epsilon);
            yield return $"the normaliser d counts as a constant, as declared: where it is above its floor {floor}, all gradients but those of V lack −(o·∂L/∂o) ∂d / d";
            yield return "    on random inputs that changes them by 0.1 to 2 times their size (RMS): it is for repeating a training that was run so";
        }

        if (s.IsStabilised) yield return $"{(s.NormaliserGradient == NormaliserGradient.Held ? "" : "the normaliser's gradient is included (Gradient = NormaliserGradient.Held leaves it out, as the released kernels of mLSTM do); ")}the running maximum m counts as a constant, because the output does not depend on it but for ε";
    }

    private static string Schedule(LayerPlan plan, FormPlan form)
    {
        var s = plan.System;
        var sizes = form.Main.Plan.Sizes;
        var fast = form == plan.Fastest ? " (the fastest)" : "";
        var scratch = $"{Literals.Grouped(4L * form.Main.Plan.ScratchFloats)} bytes of scratch a worker";
        return (form.Form, s.Family) switch
        {
            (Forms.Recurrent, StateFamily.Cache) => $"recurrent{fast}: one query at a time, keys in blocks of {sizes.C}, dot products along K; {scratch}",
            (Forms.Parallel, StateFamily.Cache) => $"parallel{fast}: {sizes.R} queries, one in each lane, so that maximum and sum need no step across lanes; keys in blocks of {sizes.C}; {scratch}",
            (Forms.Recurrent, _) => $"recurrent{fast}: token by token, {(MatrixProgram.RunsAlong(s) ? "one pass over S: update and read" : s.Write is WriteRule.Delta or WriteRule.GeneralDelta or WriteRule.Oja ? "three passes over S: retrieve, read, update" : s.Write == WriteRule.Slots ? "two passes over both states: read, update" : "two passes over S: read, update")}{(s.Writing.Steps == 1 ? "" : $", {s.Writing.Steps} times a token")}; {scratch}",
            (Forms.Parallel, _) => $"parallel{fast}: blocks of {sizes.R} queries by {sizes.C} keys; {scratch}",
            _ => $"chunkwise{fast}: chunks of {sizes.C}: {ChunkReason(s)}; {scratch}",
        };
    }

    /// <summary>What is chosen by the machine at hand and by the size of a call.</summary>
    private static IEnumerable<string> Machine(LayerPlan plan)
    {
        var s = plan.System;
        var tiles = s.IsScan ? ""
            : $"; {(MatrixProgram.RunsAlong(s) ? "parts of S and " : "")}tiles of products have 8 rows by 2 vectors where there are 32 vector registers, else 4 by 2, and stay in them";
        yield return $"vectors of 16, 8 or 4 floats or single ones, as the machine has{tiles}";
        var (item, estimate) = RunEmitter.Estimate(plan.Fastest.Main, s);
        yield return $"threads: {item} is an item of work, of estimated {estimate}; a call is shared from 4 µs of it a thread on, by up to Machine.MaxThreads, and gives the same bits on any number";
    }

    private static string ChunkReason(DynamicalSystem s) => MatrixProgram.RunsAlong(s)
        ? "a part of S stays in registers from a chunk's first token to its last, 2 K·V multiply-adds a token" + (s.Decay is null ? "" : ", decays put off to the chunk's ends where they are not too strong")
        : s.IsScan
        ? "a linear scan down the rows, a vector of cells at a time; short enough that a row of cells for every token stays in L2"
        : s.Decay?.Shape is GateShape.Key or GateShape.Pair or GateShape.Value or GateShape.Slot
        ? $"decays per {s.Decay.Shape switch { GateShape.Slot => "slot", GateShape.Value => "value channel", _ => "key channel" }} cost C·{s.Decay.Shape switch { GateShape.Slot => "M", GateShape.Value => "V", _ => "K" }} products a token inside a chunk, so it is short"
        : "long enough that products, not passes over S, dominate, short enough that the tiles stay in L2";

    private static IEnumerable<string> Refused(DynamicalSystem s)
    {
        if (!s.Causal) yield return "State, Step and Prefill: a bidirectional layer needs the whole sequence";
        if (s.Write is WriteRule.Delta or WriteRule.GeneralDelta) yield return "the parallel form: a delta rule's writes depend on each other through every token in between";
        else if (s.Write == WriteRule.Oja) yield return "the parallel form: the writes of Oja's rule depend on each other through every token in between";
        else if (s.Write == WriteRule.Slots) yield return "the parallel form: every query would meet every slot's key and value of its own time";
        else if (s.Writing.Steps > 1) yield return "the parallel form: a token's writes take several rows";
        else if (s.ExactTokens > 0) yield return "the parallel form: the window hands its rows from block to block";
        else if (s.Convolution is not null) yield return "the parallel form: a convolution hands its last rows from block to block";
        else if (s.Writing.Bonus) yield return "the parallel form: each query meets the gates between itself and a key, not its own";
        if (s.Family == StateFamily.Cache) yield return "the chunkwise form: softmax has no state of fixed size to carry between chunks";
        if (s is { Family: StateFamily.Matrix, Causal: false }) yield return "the recurrent form: there is no order of tokens";
        if (s.Map.WhyNoTable is { } reason) yield return $"a table of the feature map's functions: they {reason}";
    }
}
