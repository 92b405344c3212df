using System.Collections.Generic;
using System.Linq;
using AttnDsl.Golden.Layers;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.Layers;

/// <summary>Layers that run with a table of their feature map's functions, with the oracle's description of what these compute.</summary>
internal static class TabulatedSubjects
{
    private const Forms Both = Forms.Parallel | Forms.Chunkwise;
    private const Forms Every = Both | Forms.Recurrent;

    private static readonly LayerSpec s_base = new() { KeyDim = 5, ValueDim = 3, Heads = 2, Similarity = Similarity.Luna, Map = new() };

    public static readonly IReadOnlyDictionary<string, Subject> All = new Subject[]
    {
        new(nameof(Tabulated5x3), s_base with { Map = s_base.Map with { Projections = 3, Functions = 2, Hidden = 40 }, Denominator = Denominator.KeySum }, new Layer<Tabulated5x3.Inputs, Tabulated5x3.Gradients, Tabulated5x3.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = Of5x3(t) with { MapTable = Tabulated5x3.Tabulate(Of5x3(t)) } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"], MapA1 = t["in.map.A1"], MapC1 = t["in.map.c1"], MapA2 = t["in.map.A2"], MapC2 = t["in.map.c2"] } },
            Tabulated5x3.Forward, Tabulated5x3.Forward, Tabulated5x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.Z, BackwardThrough = Tabulated5x3.Backward, Table = t => Tabulated5x3.Tabulate(Of5x3(t)) }),
        new(nameof(TabulatedPerHead5x3), s_base with { ValueHeads = 4, Decay = DecaySource.Head, Map = s_base.Map with { Projections = 2, Functions = 5, Hidden = 9, PerChannel = true, PerHead = true, Signed = true, Envelope = Envelope.Learned } }, new Layer<TabulatedPerHead5x3.Inputs, TabulatedPerHead5x3.Gradients, TabulatedPerHead5x3.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = OfPerHead5x3(t) with { MapTable = TabulatedPerHead5x3.Tabulate(OfPerHead5x3(t)) } },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"], MapA1 = t["in.map.A1"], MapC1 = t["in.map.c1"], MapA2 = t["in.map.A2"], MapC2 = t["in.map.c2"], MapU = t["in.map.u"] } },
            TabulatedPerHead5x3.Forward, TabulatedPerHead5x3.Forward, TabulatedPerHead5x3.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = TabulatedPerHead5x3.Backward, Table = t => TabulatedPerHead5x3.Tabulate(OfPerHead5x3(t)) }),
        new(nameof(TabulatedFull5x3), s_base with { Causal = false, Map = s_base.Map with { Projections = 3, Functions = 1, Hidden = 7, PerHead = true, Envelope = Envelope.Gaussian } }, new Layer<TabulatedFull5x3.Inputs, TabulatedFull5x3.Gradients>(
            Both, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = OfFull5x3(t) with { MapTable = TabulatedFull5x3.Tabulate(OfFull5x3(t)) } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"], MapA1 = t["in.map.A1"], MapC1 = t["in.map.c1"], MapA2 = t["in.map.A2"], MapC2 = t["in.map.c2"] } },
            TabulatedFull5x3.Forward, TabulatedFull5x3.Backward) { Table = t => TabulatedFull5x3.Tabulate(OfFull5x3(t)) }),
        new(nameof(TabulatedLinear5x3), s_base with { Map = s_base.Map with { Projections = 3, Functions = 2, Hidden = 3, Activation = MapActivation.Identity, Signed = true } }, new Layer<TabulatedLinear5x3.Inputs, TabulatedLinear5x3.Gradients, TabulatedLinear5x3.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = OfLinear5x3(t) with { MapTable = TabulatedLinear5x3.Tabulate(OfLinear5x3(t)) } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"], MapA1 = t["in.map.A1"], MapC1 = t["in.map.c1"], MapA2 = t["in.map.A2"], MapC2 = t["in.map.c2"] } },
            TabulatedLinear5x3.Forward, TabulatedLinear5x3.Forward, TabulatedLinear5x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = TabulatedLinear5x3.Backward, Table = t => TabulatedLinear5x3.Tabulate(OfLinear5x3(t)) }),
    }.ToDictionary(subject => subject.Name);

    private static Tabulated5x3.Parameters Of5x3(TimeSlice t) => new() { MapW = t["in.map.W"], MapB = t["in.map.b"], MapA1 = t["in.map.A1"], MapC1 = t["in.map.c1"], MapA2 = t["in.map.A2"], MapC2 = t["in.map.c2"] };

    private static TabulatedPerHead5x3.Parameters OfPerHead5x3(TimeSlice t) => new() { MapW = t["in.map.W"], MapB = t["in.map.b"], MapA1 = t["in.map.A1"], MapC1 = t["in.map.c1"], MapA2 = t["in.map.A2"], MapC2 = t["in.map.c2"], MapU = t["in.map.u"] };

    private static TabulatedFull5x3.Parameters OfFull5x3(TimeSlice t) => new() { MapW = t["in.map.W"], MapB = t["in.map.b"], MapA1 = t["in.map.A1"], MapC1 = t["in.map.c1"], MapA2 = t["in.map.A2"], MapC2 = t["in.map.c2"] };

    private static TabulatedLinear5x3.Parameters OfLinear5x3(TimeSlice t) => new() { MapW = t["in.map.W"], MapB = t["in.map.b"], MapA1 = t["in.map.A1"], MapC1 = t["in.map.c1"], MapA2 = t["in.map.A2"], MapC2 = t["in.map.c2"] };
}
