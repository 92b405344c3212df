using System;

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
    private static float Map(float x, [Learned] float size) => x < 0 ? size * MathF.Exp(x) : size * (x + 1);

    [GateFunction]
    private static float LogDecay(float z, [Learned] float strength) => MathF.Log(1 / (1 + MathF.Exp(-z))) * strength;
}

[AttentionLayer(KeyDim = 5, ValueDim = 3, Heads = 2, Causal = false)]
internal static partial class LearnedDivisor5x3
{
    [FeatureMapFunction]
    private static float Map(float x) => x < 0 ? MathF.Exp(x) : x + 1;

    [NormaliserFunction]
    private static float Divisor(float sum, [Learned] float factor) => factor * MathF.Max(sum, 1e-6f);
}

// A map of all channels to six features, with a matrix and a vector for each head.
[AttentionLayer(KeyDim = 5, ValueDim = 3, Heads = 2)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid)]
[Read(Normaliser.KeySum)]
internal static partial class LearnedVectors5x3
{
    [FeatureMapFunction(FeatureDim = 6)]
    private static float Map(ReadOnlySpan<float> x, int feature, [Learned] float size, [Learned(6, 5)] ReadOnlySpan<float> w, [Learned(5)] ReadOnlySpan<float> u)
    {
        float projected = 0, envelope = 0;
        for (int c = 0; c < x.Length; c++)
        {
            projected += w[feature * x.Length + c] * Functions.Leaky(x[c]);
            envelope += u[c] * x[c] * x[c];
        }

        return MathF.Exp(size * projected - envelope);
    }
}
