using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Golden.Layers;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.Layers;

/// <summary>The layers of FunctionDeclarations.cs.</summary>
internal static class FunctionSubjects
{
    private const Forms Both = Forms.Parallel | Forms.Chunkwise;
    private const Forms InOrder = Forms.Chunkwise | Forms.Recurrent;
    private const Forms Every = Forms.Parallel | InOrder;

    private const Forms Cache = Forms.Parallel | Forms.Recurrent;

    private static readonly LayerSpec s_base = new() { KeyDim = 5, ValueDim = 3, Heads = 2 };
    private static readonly LayerSpec s_softmax = s_base with { Similarity = Similarity.Softmax };

    public static readonly IReadOnlyDictionary<string, Subject> All = new Subject[]
    {
        new(nameof(FunctionGla5x3), s_base with { Similarity = Similarity.EluPlusOne, Decay = DecaySource.Key, LogSigmoid = true, Temperature = 16, Denominator = Denominator.KeySum }, new Layer<FunctionGla5x3.Inputs, FunctionGla5x3.Gradients, FunctionGla5x3.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            FunctionGla5x3.Forward, FunctionGla5x3.Forward, FunctionGla5x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.Z, BackwardThrough = FunctionGla5x3.Backward }),
        new(nameof(FunctionPair5x3), s_base with { Similarity = Similarity.EluPlusOne, Beside = Similarity.Exp, Decay = DecaySource.Head, Denominator = Denominator.KeySum }, new Layer<FunctionPair5x3.Inputs, FunctionPair5x3.Gradients, FunctionPair5x3.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            FunctionPair5x3.Forward, FunctionPair5x3.Forward, FunctionPair5x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.Z, BackwardThrough = FunctionPair5x3.Backward }),
        new(nameof(FunctionDelta5x3), s_base with { Similarity = Similarity.Silu, Decay = DecaySource.Head, Write = WriteKind.Delta }, new Layer<FunctionDelta5x3.Inputs, FunctionDelta5x3.Gradients, FunctionDelta5x3.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            FunctionDelta5x3.Forward, FunctionDelta5x3.Forward, FunctionDelta5x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = FunctionDelta5x3.Backward }),
        new(nameof(FunctionVectors5x3), s_base with { OwnFeatures = 7, OwnMap = Neighbours, Decay = DecaySource.Head, Write = WriteKind.Delta }, new Layer<FunctionVectors5x3.Inputs, FunctionVectors5x3.Gradients, FunctionVectors5x3.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            FunctionVectors5x3.Forward, FunctionVectors5x3.Forward, FunctionVectors5x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = FunctionVectors5x3.Backward }),
        new(nameof(FunctionBidirectional5x3), s_base with { Similarity = Similarity.ReluSquared, Causal = false, Denominator = Denominator.KeySum }, new Layer<FunctionBidirectional5x3.Inputs, FunctionBidirectional5x3.Gradients>(
            Both, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, FunctionBidirectional5x3.Forward, FunctionBidirectional5x3.Backward)),
        new(nameof(FunctionWindow7x5), s_softmax with { KeyDim = 7, ValueDim = 5, Window = 9 }, new Layer<FunctionWindow7x5.Inputs, FunctionWindow7x5.Gradients, FunctionWindow7x5.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            FunctionWindow7x5.Forward, FunctionWindow7x5.Forward, FunctionWindow7x5.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = FunctionWindow7x5.Backward }),
        new(nameof(FunctionDocuments6x5), s_softmax with { KeyDim = 6, ValueDim = 5, Heads = 4, KeyValueHeads = 2, Pairs = Pairs.Interleaved, Score = Documents, Mask = (i, j) => i / 24 == j / 24 || j < 2 }, new Layer<FunctionDocuments6x5.Inputs, FunctionDocuments6x5.Gradients, FunctionDocuments6x5.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            FunctionDocuments6x5.Forward, FunctionDocuments6x5.Forward, FunctionDocuments6x5.Backward, (b, h, c) => new(b, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = FunctionDocuments6x5.Backward }),
        new(nameof(FunctionHidden5x3), s_softmax with { Causal = false, Score = (x, i, j, _) => j > i ? 0.5 * x : x, Mask = (i, j) => i % 3 != 1 && j / 48 <= i / 48 }, new Layer<FunctionHidden5x3.Inputs, FunctionHidden5x3.Gradients>(
            Forms.Parallel, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, FunctionHidden5x3.Forward, FunctionHidden5x3.Backward)),
        new(nameof(FunctionSinks6x3), s_softmax with { KeyDim = 6, Window = 16, SinkTokens = 3, SoftCap = 2, Alibi = true, Score = (x, i, j, _) => x + (0.25 * (j & 3)) - (0.0625 * Math.Min(i - j, 20)), Mask = (i, j) => i / 40 == j / 40 || j < 2 }, new Layer<FunctionSinks6x3.Inputs, FunctionSinks6x3.Gradients, FunctionSinks6x3.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            FunctionSinks6x3.Forward, FunctionSinks6x3.Forward, FunctionSinks6x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = FunctionSinks6x3.Backward }),
        new(nameof(FunctionStarts6x5), s_softmax with { KeyDim = 6, ValueDim = 5, Heads = 4, KeyValueHeads = 2, Pairs = Pairs.HalfSplit, PerToken = new Dictionary<string, Func<long, long>> { ["start"] = Start }, Mask = (i, j) => j >= Start(i) || j < 2 }, new Layer<FunctionStarts6x5.Inputs, FunctionStarts6x5.Gradients, FunctionStarts6x5.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V, Start = t["in.start"] },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            FunctionStarts6x5.Forward, FunctionStarts6x5.Forward, FunctionStarts6x5.Backward, (b, h, c) => new(b, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = FunctionStarts6x5.Backward }),
        new(nameof(FunctionSpans5x3), s_softmax with { Causal = false, PerToken = new Dictionary<string, Func<long, long>> { ["start"] = Start, ["end"] = End }, Mask = (i, j) => j >= Start(i) && j < End(i) && j > End(i) - 60 }, new Layer<FunctionSpans5x3.Inputs, FunctionSpans5x3.Gradients>(
            Forms.Parallel, t => new() { Q = t.Q, K = t.K, V = t.V, Start = t["in.start"], End = t["in.end"] }, t => new() { Q = t.Q, K = t.K, V = t.V }, FunctionSpans5x3.Forward, FunctionSpans5x3.Backward)),
    }.ToDictionary(subject => subject.Name);

    private static readonly long[] s_documents = [0, 7, 8, 45, 130, 131, 190, 420, 1000000];

    private static long Start(long token) => s_documents.Last(d => d <= token);

    private static long End(long token) => s_documents.First(d => d > token);

    private static double[] Neighbours(double[] x)
    {
        double Far(int f) => x.Select((y, c) => 1 / (1 + Math.Exp((0.25 * f * c) - y))).Sum();
        return [.. Enumerable.Range(0, 7).Select(f => f < 5 ? (0.5 * x[f] * x[(f + 1) % 5]) + (0.1 * Far(f)) : (0.25 * x.Max()) - (0.1 * Far(f)))];
    }

    private static double Documents(double score, long i, long j, int h) => (3 * Math.Tanh(score / 3)) - (Math.Exp(-0.5 * (h + 1)) * (i - j)) + (0.125 * (j % 5));
}
