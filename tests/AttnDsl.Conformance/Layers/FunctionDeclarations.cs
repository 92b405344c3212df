using System;

namespace AttnDsl.Conformance.Layers;

// Layers whose parts are methods. What the methods say is also said by values of attributes, which is what the oracle knows.

[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[Gate(GateShape.Key)]
internal static partial class FunctionGla5x3
{
    [FeatureMapFunction]
    private static float EluPlusOne(float x) => x < 0 ? MathF.Exp(x) : x + 1;

    [GateFunction]
    private static float LogDecay(float z)
    {
        float p = Functions.Logistic(z);
        return MathF.Log(p) / 16;
    }

    [NormaliserFunction]
    private static float Divisor(float sum)
    {
        if (sum > 1e-6f) return sum;
        return 1e-6f;
    }
}

[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[Gate(GateShape.Head)]
[Write(WriteRule.Delta)]
internal static partial class FunctionDelta5x3
{
    [FeatureMapFunction]
    private static float Silu(float x) => x * Functions.Logistic(x);
}

// Every channel beside its neighbour and far from a curve: channels taken by number, and sums that no matrix says.
[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[Gate(GateShape.Head)]
[Write(WriteRule.Delta)]
internal static partial class FunctionVectors5x3
{
    [FeatureMapFunction(FeatureDim = 7)]
    private static float Map(ReadOnlySpan<float> x, int feature)
    {
        float most = x[0], far = 0;
        for (int c = 0; c < x.Length; c++) most = MathF.Max(most, x[c]);
        for (int c = 0; c < x.Length; c++) far += Functions.Logistic(x[c] - 0.25f * feature * c);
        return feature < 5 ? 0.5f * x[feature] * x[(feature + 1) % 5] + 0.1f * far : 0.25f * most - 0.1f * far;
    }
}

// Two maps, whose features stand side by side.
[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[Gate(GateShape.Head)]
[Read(Normaliser.KeySum)]
internal static partial class FunctionPair5x3
{
    [FeatureMapFunction]
    private static float Up(float x) => x < 0 ? MathF.Exp(x) : x + 1;

    [FeatureMapFunction]
    private static float Down(float x) => MathF.Exp(-x);
}

[AttentionLayer(KeyDim = 5, ValueDim = 3, Causal = false)]
internal static partial class FunctionBidirectional5x3
{
    [FeatureMapFunction]
    private static float Map(float x)
    {
        float positive = MathF.Max(x, 0);
        positive *= positive;
        return positive;
    }

    [NormaliserFunction]
    private static float Divisor(float sum) => MathF.Max(sum, 1e-6f);
}

// A window, said by a method.
[AttentionLayer(KeyDim = 7, ValueDim = 5)]
internal static partial class FunctionWindow7x5
{
    [MaskFunction]
    private static bool Sees(in ScorePosition p) => p.Query - p.Key < 9;
}

// Documents of 24 tokens behind a prefix of two, capped scores, a slope a head, and a bias of absolute positions.
[AttentionLayer(KeyDim = 6, ValueDim = 5, Heads = 4, KeyValueHeads = 2)]
[Rotation(RotationKind.Rotary, Layout = PairLayout.Interleaved)]
internal static partial class FunctionDocuments6x5
{
    [ScoreFunction]
    private static float Score(float score, in ScorePosition p)
    {
        float capped = 3 * MathF.Tanh(score / 3);
        float slope = MathF.Exp(-0.5f * (p.Head + 1));
        return capped - slope * (p.Query - p.Key) + 0.125f * (p.Key % 5);
    }

    [MaskFunction]
    private static bool Sees(in ScorePosition p) => Functions.Document(p.Query) == Functions.Document(p.Key) || p.Key < 2;
}

// Some queries see nothing; keys of later blocks are hidden, of later tokens not.
[AttentionLayer(KeyDim = 5, ValueDim = 3, Causal = false)]
internal static partial class FunctionHidden5x3
{
    [MaskFunction]
    private static bool Sees(in ScorePosition p) => p.Query % 3 != 1 && p.Key / 48 <= p.Query / 48;

    [ScoreFunction]
    private static float Score(float score, ScorePosition p) => p.Key > p.Query ? 0.5f * score : score;
}

// Documents of 40 tokens behind a prefix of two, in a window behind sinks: what a piece finds there does not lie at its positions.
// The function gets scores that are capped and biased.
[AttentionLayer(KeyDim = 6, ValueDim = 3)]
[Window(16, SinkTokens = 3)]
[Score(SoftCap = 2, Bias = PositionBias.Alibi)]
internal static partial class FunctionSinks6x3
{
    [ScoreFunction]
    private static float Score(float score, in ScorePosition p) => score + 0.25f * (p.Key & 3) - 0.0625f * Math.Min(p.Query - p.Key, 20);

    [MaskFunction]
    private static bool Sees(in ScorePosition p) => p.Query / 40 == p.Key / 40 || p.Key < 2;
}

// Documents that begin where the caller says, behind a prefix of two.
[AttentionLayer(KeyDim = 6, ValueDim = 5, Heads = 4, KeyValueHeads = 2)]
[Rotation(RotationKind.Rotary)]
internal static partial class FunctionStarts6x5
{
    [MaskFunction]
    private static bool Sees(in ScorePosition p, [PerToken] int start) => p.Key >= start || p.Key < 2;
}

// The same in both directions, within the last 60 tokens of a document.
[AttentionLayer(KeyDim = 5, ValueDim = 3, Causal = false)]
internal static partial class FunctionSpans5x3
{
    [MaskFunction]
    private static bool Sees(in ScorePosition p, [PerToken] int start, [PerToken] int end) => p.Key >= start && p.Key < end && p.Key > end - 60;
}

internal static class Functions
{
    public static float Leaky(float x) => x < 0 ? 0.1f * x : x;

    public static int Document(int position) => position / 24;

    public static float Logistic(float x) => 1 / (1 + MathF.Exp(-x));
}
