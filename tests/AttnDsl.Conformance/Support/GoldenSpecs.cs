using System.Collections.Generic;
using System.IO;
using System.Linq;
using AttnDsl.Golden.Vectors;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.Support;

/// <summary>The golden cases that the oracles cover, with the names of their gate tensors.</summary>
/// <param name="Spec">The layer.</param>
/// <param name="Gate">Tensor of the gate.</param>
internal sealed record GoldenSpec(LayerSpec Spec, string Gate = "in.g")
{
    private static readonly LayerSpec s_base = new() { KeyDim = 16, ValueDim = 24, Heads = 2 };
    private static readonly LayerSpec s_softmax = s_base with { Similarity = Similarity.Softmax };
    private static readonly LayerSpec s_normalised = s_base with { Scale = 1, Denominator = Denominator.KeySum };
    private static readonly LayerSpec s_mlstm = s_base with
    {
        Decay = DecaySource.Head,
        LogSigmoid = true,
        Write = WriteKind.ExponentialGate,
        Denominator = Denominator.Stabilised,
    };

    public static readonly IReadOnlyDictionary<string, GoldenSpec> All = new Dictionary<string, GoldenSpec>
    {
        ["softmax_causal"] = new(s_softmax),
        ["softmax_full"] = new(s_softmax with { Causal = false }),
        ["softmax_window"] = new(s_softmax with { Window = 9 }),
        ["softmax_window_sinktokens"] = new(s_softmax with { Window = 9, SinkTokens = 3 }),
        ["softmax_gqa"] = new(s_softmax with { KeyValueHeads = 1 }),
        ["softmax_softcap"] = new(s_softmax with { SoftCap = 2 }),
        ["softmax_sink_logit"] = new(s_softmax with { SinkLogit = true }),
        ["softmax_alibi"] = new(s_softmax with { Alibi = true }),
        ["rope_softmax"] = new(s_softmax with { Pairs = Pairs.HalfSplit }),
        ["linear_identity"] = new(s_base with { Scale = 1 }),
        ["linear_elu_plus_one"] = new(s_normalised with { Similarity = Similarity.EluPlusOne }),
        ["linear_relu"] = new(s_normalised with { Similarity = Similarity.Relu }),
        ["linear_relu_squared"] = new(s_normalised with { Similarity = Similarity.ReluSquared }),
        ["linear_silu"] = new(s_base with { Scale = 1, Similarity = Similarity.Silu }),
        ["linear_exp"] = new(s_normalised with { Similarity = Similarity.Exp }),
        ["linear_softmax"] = new(s_normalised with { Similarity = Similarity.ChannelSoftmax }),
        ["taylor_based"] = new(s_base with { Similarity = Similarity.Taylor, Denominator = Denominator.KeySum, AddsEpsilon = true }),
        ["rebased_square"] = new(s_base with { Similarity = Similarity.Square, Denominator = Denominator.KeySum, AddsEpsilon = true }),
        ["luna_causal"] = new(s_normalised with { Similarity = Similarity.Luna, Map = new() { Projections = 6, Functions = 3, Hidden = 16 } }),
        ["linear_elu_bidirectional"] = new(s_normalised with { Similarity = Similarity.EluPlusOne, Causal = false }),
        ["inline_bidirectional"] = new(s_base with { Denominator = Denominator.Centred, Causal = false }),
        ["inline_causal"] = new(s_base with { Denominator = Denominator.Centred }),
        ["dsf_normalised_attention"] = new(s_base with { Scale = 1, Denominator = Denominator.Exp }),
        ["retention"] = new(s_base with { Decay = DecaySource.Retention }),
        ["simple_gla"] = new(s_base with { Decay = DecaySource.Head }),
        ["simple_gla_initial_state"] = new(s_base with { Decay = DecaySource.Head }),
        ["log_linear_scalar_decay"] = new(s_base with { Scale = 1, Decay = DecaySource.Head, Levels = 7 }),
        ["gla"] = new(s_base with { Decay = DecaySource.Key }, "in.gk"),
        ["gla_strong_decay"] = new(s_base with { Decay = DecaySource.Key }, "in.gk"),
        ["delta_rule"] = new(s_base with { Write = WriteKind.Delta }),
        ["gated_delta_rule"] = new(s_base with { Decay = DecaySource.Head, Write = WriteKind.Delta }),
        ["kimi_delta"] = new(s_base with { Decay = DecaySource.Key, Write = WriteKind.Delta }),
        ["forgetting_attention"] = new(s_softmax with { Decay = DecaySource.Head }),
        ["selective_rope_softmax"] = new(s_softmax with { Pairs = Pairs.HalfSplit, Phase = new() }),
        ["selective_rope_gla"] = new(s_base with { Decay = DecaySource.Key, Pairs = Pairs.HalfSplit, Phase = new() }, "in.gk"),
        ["selective_rope_gated_delta"] = new(s_base with { Decay = DecaySource.Head, Write = WriteKind.Delta, Pairs = Pairs.HalfSplit, Phase = new() }),
        ["dplr_rwkv7"] = new(s_base with { Decay = DecaySource.Key, Write = WriteKind.GeneralDelta }, "in.gk"),
        ["gated_delta_product"] = new(s_base with { Scale = 1, Decay = DecaySource.Head, Write = WriteKind.Delta, Steps = 2 }),
        ["gsa"] = new(s_base with { Decay = DecaySource.Slot, Write = WriteKind.Slots, Slots = 12 }),
        ["rwkv6"] = new(s_base with { Decay = DecaySource.Key, Bonus = true }) { Names = new Dictionary<string, string> { ["w"] = "g" } },
        ["metala_core"] = new(s_base with { Decay = DecaySource.Key, LogSigmoid = true, Temperature = 16, KeyOfGate = true, OwnValue = OwnValue.SigmoidVector })
        {
            Names = new Dictionary<string, string> { ["z"] = "g" },
        },
        ["mamba2_ssd"] = new(s_base with { Scale = 1, Decay = DecaySource.Head, Rate = RateKind.Rate, Strength = StrengthKind.Step, SkipWidth = 1 })
        {
            Names = new Dictionary<string, string> { ["C"] = "q", ["Bm"] = "k", ["x"] = "v", ["dt"] = "g" },
        },
        ["mlstm"] = new(s_mlstm, "in.f"),
        ["mlstm_extreme_gates"] = new(s_mlstm, "in.f"),
    };

    /// <summary>What the case calls the tensors that go by other names here.</summary>
    public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string>();

    /// <summary>The tensors of a case, under the names of the oracles.</summary>
    public Dictionary<string, FloatTensor> Read(string name) => SafeTensors.Read(Path.Combine(Folder, name + ".safetensors")).ToDictionary(
        pair => pair.Key.Split('.', 2) is [var kind, var tensor] && Names.TryGetValue(tensor, out var known) ? $"{kind}.{known}" : pair.Key,
        pair => pair.Value);

    public static string Folder => Path.Combine(System.AppContext.BaseDirectory, "vectors");

    public static LayerInputs Inputs(IReadOnlyDictionary<string, FloatTensor> tensors, string gate)
    {
        float[] Data(string name) => tensors.TryGetValue(name, out var tensor) ? tensor.Data : [];
        var shape = tensors["in.q"].Shape;
        return new(shape[0], shape[1], Data("in.q"), Data("in.k"), Data("in.v"))
        {
            G = Data(gate),
            Beta = Data("in.beta"),
            I = Data("in.i"),
            Phi = Data("in.phi"),
            Eta = Data("in.eta"),
            A = Data("in.a"),
            U = Data("in.u"),
            W = Data("in.w"),
            Sink = Data("in.sink"),
            LevelScales = Data("in.level_scales"),
            ALog = Data("in.A_log"),
            D = Data("in.D"),
            B = Data("in.b"),
            S = Data("in.s"),
            Parameters = tensors.Where(pair => pair.Value.IsLearned && pair.Key.StartsWith("in.", System.StringComparison.Ordinal)).ToDictionary(pair => pair.Key[3..], pair => pair.Value.Data),
        };
    }
}
