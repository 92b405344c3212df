using System.Collections.Generic;
using AttnDsl.Golden.Layers;
using AttnDsl.Golden.Vectors;

namespace AttnDsl.Golden.Cases;

/// <summary>Layers whose cells decay each on their own. The cases have one axis of channels where the layers have heads of them.</summary>
internal static class ScanCases
{
    private const Forms InOrder = Forms.Chunkwise | Forms.Recurrent;

    public static readonly IReadOnlyList<Declaration> All =
    [
        new("elementwise_hgrn", 1, 32, new Layer<Hgrn32.Inputs, Hgrn32.Gradients, Hgrn32.State>(
            InOrder, t => new() { V = t.V, G = t.G }, t => new() { V = t.V, G = t.G },
            Hgrn32.Forward, Hgrn32.Forward, Hgrn32.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Hgrn32.Backward })
        {
            Names = new Dictionary<string, string> { ["x"] = "v" },
            Arranged = (_, tensor) => OneHead(tensor),
        },
        new("qlstm_reversed_sigmoid", 1, 32, new Layer<QLstm32.Inputs, QLstm32.Gradients, QLstm32.State>(
            InOrder,
            t => new() { V = t.V, G = t.G, Beta = t.Beta, OutputGate = t["in.outputGate"], Parameters = new() { Power = t["in.power"] } },
            t => new() { V = t.V, G = t.G, Beta = t.Beta, OutputGate = t["in.outputGate"], Parameters = new() { Power = t["in.power"] } },
            QLstm32.Forward, QLstm32.Forward, QLstm32.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = QLstm32.Backward })
        {
            Names = new Dictionary<string, string> { ["x"] = "v", ["f"] = "g", ["i"] = "beta", ["o"] = "outputGate", ["a"] = "power" },
            Arranged = (_, tensor) => OneHead(tensor),
        },
        new("s6_mamba", 8, 48, new Layer<S6Of48.Inputs, S6Of48.Gradients, S6Of48.State>(
            InOrder,
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { ALog = t["in.A_log"], D = t["in.D"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { ALog = t["in.A_log"], D = t["in.D"] } },
            S6Of48.Forward, S6Of48.Forward, S6Of48.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = S6Of48.Backward })
        {
            Names = S6Names,
            Arranged = (name, tensor) => S6(name, tensor, heads: 1),
        },
        new("s6_mamba", 8, 16, new Layer<S6Of3x16.Inputs, S6Of3x16.Gradients, S6Of3x16.State>(
            InOrder,
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { ALog = t["in.A_log"], D = t["in.D"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { ALog = t["in.A_log"], D = t["in.D"] } },
            S6Of3x16.Forward, S6Of3x16.Forward, S6Of3x16.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = S6Of3x16.Backward })
        {
            Names = S6Names,
            Variant = "3 heads",
            Arranged = (name, tensor) => S6(name, tensor, heads: 3),
        },
    ];

    private static Dictionary<string, string> S6Names => new() { ["u"] = "v", ["dt"] = "g", ["Bm"] = "k", ["C"] = "q" };

    private static FloatTensor OneHead(FloatTensor tensor) => tensor.Shape is [var b, var t, var d] ? tensor.As(b, t, 1, d) : tensor;

    /// <summary>48 channels as heads of 48 or of 16; A_log and the state have cells [channel,n], the layer's [n,channel].</summary>
    private static FloatTensor S6(string name, FloatTensor tensor, int heads) => (name.Split('.')[1], tensor.Shape) switch
    {
        ("A_log", [var d, var n]) => tensor.Turned(n, d / heads, heads, n, d / heads),
        ("D", [var d]) => tensor.As(heads, d / heads),
        ("state", [var b, var d, var n]) => tensor.Turned(n, d / heads, b, heads, n, d / heads),
        ("q" or "k", [var b, var t, var n]) => tensor.As(b, t, 1, n),
        (_, [var b, var t, var d]) => tensor.As(b, t, heads, d / heads),
        _ => tensor,
    };
}
