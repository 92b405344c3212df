namespace AttnDsl.Conformance.Layers;

// Functions with parameters of their own that each head learns.

[AttentionLayer(KeyDim = 5, ValueDim = 3, Heads = 4, KeyValueHeads = 2)]
internal static partial class LearnedScore5x3
{
    [ScoreFunction]
    private static float Score(float score, in ScorePosition p, [Learned] float slope, [Learned] float sharpness) =>
        sharpness * score - slope * slope * (p.Query - p.Key);
}

[AttentionLayer(KeyDim = 5, ValueDim = 3, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Key)]
internal static partial class LearnedGla5x3
{
    [FeatureMapFunction]
    private static float Map(float x, [Learned] float size) => x < 0 ? size * System.MathF.Exp(x) : size * (x + 1);

    [GateFunction]
    private static float LogDecay(float z, [Learned] float strength) => System.MathF.Log(1 / (1 + System.MathF.Exp(-z))) * strength;
}

[AttentionLayer(KeyDim = 5, ValueDim = 3, Heads = 2, Causal = false)]
internal static partial class LearnedDivisor5x3
{
    [FeatureMapFunction]
    private static float Map(float x) => x < 0 ? System.MathF.Exp(x) : x + 1;

    [NormaliserFunction]
    private static float Divisor(float sum, [Learned] float factor) => factor * System.MathF.Max(sum, 1e-6f);
}
