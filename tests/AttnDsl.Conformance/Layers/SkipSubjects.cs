using System.Collections.Generic;
using AttnDsl.Golden.Layers;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.Layers;

/// <summary>Layers with a skip beside the same layers without one.</summary>
internal static class SkipSubjects
{
    private const Forms InOrder = Forms.Chunkwise | Forms.Recurrent;
    private const string D = "in.d";

    public static readonly IReadOnlyDictionary<string, (Subject Without, ILayer With)> All = new Dictionary<string, (Subject, ILayer)>
    {
        ["Gla"] = (GradientSubjects.All[nameof(Gla7x5)], new Layer<SkippedGla7x5.Inputs, SkippedGla7x5.Gradients, SkippedGla7x5.State>(
            Forms.Parallel | InOrder,
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { D = t[D] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { D = t[D] } },
            SkippedGla7x5.Forward, SkippedGla7x5.Forward, SkippedGla7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = SkippedGla7x5.Backward }),
        ["Delta"] = (
            new(nameof(UnskippedDelta7x5), new() { KeyDim = 7, ValueDim = 5, Heads = 2, ValueHeads = 4, Decay = DecaySource.Head, Write = WriteKind.Delta },
                new Layer<UnskippedDelta7x5.Inputs, UnskippedDelta7x5.Gradients, UnskippedDelta7x5.State>(
                    InOrder,
                    t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
                    t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
                    UnskippedDelta7x5.Forward, UnskippedDelta7x5.Forward, UnskippedDelta7x5.Backward, (b, h, c) => new(b),
                    (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = UnskippedDelta7x5.Backward }),
            new Layer<SkippedDelta7x5.Inputs, SkippedDelta7x5.Gradients, SkippedDelta7x5.State>(
                InOrder,
                t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta, Parameters = new() { D = t[D] } },
                t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta, Parameters = new() { D = t[D] } },
                SkippedDelta7x5.Forward, SkippedDelta7x5.Forward, SkippedDelta7x5.Backward, (b, h, c) => new(b),
                (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = SkippedDelta7x5.Backward }),
        ["Bidirectional"] = (Subject.All[nameof(Bidirectional7x5)], new Layer<SkippedBidirectional7x5.Inputs, SkippedBidirectional7x5.Gradients>(
            Forms.Parallel | Forms.Chunkwise,
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { D = t[D] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { D = t[D] } },
            SkippedBidirectional7x5.Forward, SkippedBidirectional7x5.Backward)),
    };
}
