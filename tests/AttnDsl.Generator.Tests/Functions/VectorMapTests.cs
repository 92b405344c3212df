using System;
using System.Globalization;
using System.Linq;
using AttnDsl.Generator.Diagnostics;
using AttnDsl.Generator.Tests.Harness;
using Xunit;

namespace AttnDsl.Generator.Tests.Functions;

/// <summary>Feature maps of all channels at once: layers equal loops that call the methods; what has no translation says why.</summary>
public sealed class VectorMapTests
{
    private const string Loops = """
        using System;
        public delegate float Mapped(ReadOnlySpan<float> x, int feature);
        public static class Loops
        {
            public const int T = 37, H = 2, K = 6, V = 3;

            public static float[] Draw(int seed, int count)
            {
                var random = new Random(seed);
                var values = new float[count];
                for (int i = 0; i < count; i++) values[i] = 2 * random.NextSingle() - 1;
                return values;
            }

            public static void Check(float[] q, float[] k, float[] v, float[] output, int features, Func<int, Mapped> map, string what)
            {
                double error = 0, size = 0;
                for (int h = 0; h < H; h++)
                {
                    var of = map(h);
                    var state = new double[features, V];
                    for (int t = 0; t < T; t++)
                    {
                        int row = t * H + h;
                        var read = new double[V];
                        for (int f = 0; f < features; f++)
                        for (int d = 0; d < V; d++)
                        {
                            state[f, d] += (double)of(k.AsSpan(row * K, K), f) * v[row * V + d];
                            read[d] += of(q.AsSpan(row * K, K), f) * state[f, d];
                        }

                        for (int d = 0; d < V; d++)
                        {
                            error += Math.Pow(output[row * V + d] - read[d], 2);
                            size += read[d] * read[d];
                        }
                    }
                }

                if (!(error <= 1e-10 * size) || size == 0) throw new InvalidOperationException($"{what}: {Math.Sqrt(error / size):e2}");
            }
        }
        """;

    /// <summary>Maps from 6 channels: features, learned parameters behind the feature's number, how many numbers each has, the body.</summary>
    public static TheoryData<int, string, string, string> Maps => new()
    {
        // Normalised over the channels.
        { 6, "", "", "float most = x[0]; for (int c = 1; c < x.Length; c++) most = MathF.Max(most, x[c]); float sum = 0; for (int c = 0; c < x.Length; c++) sum += MathF.Exp(x[c] - most); return MathF.Exp(x[feature] - most) / sum;" },
        { 6, "", "", "float mean = 0; for (int c = 0; c < x.Length; c++) mean += x[c] / x.Length; float variance = 0; for (int c = 0; c < x.Length; c++) { float d = x[c] - mean; variance += d * d; } return (x[feature] - mean) / MathF.Sqrt(variance + 0.1f);" },
        // Up to the last one; to an end that moves.
        { 6, "", "", "float sum = 0; for (int c = 0; c <= x.Length - 1; c++) sum += (c + 1) * x[c]; return MathF.Tanh(sum) * x[feature];" },
        { 6, "", "", "float sum = 0; int end = x.Length; for (int c = 0; c < end; c++) { sum += x[c]; end--; } return sum * x[feature];" },
        // Products of two channels; both signs; neighbours; one channel for all.
        { 36, "", "", "return x[feature / 6] * x[feature % 6];" },
        { 12, "", "", "return feature < 6 ? MathF.Max(x[feature], 0) : MathF.Max(-x[feature - 6], 0);" },
        { 6, "", "", "return x[(feature + 1) % 6] - 0.5f * x[feature] + x[2] * feature;" },
        { 7, "", "", "float least = 3; int n = 0; for (int c = 0; c < 6; c++) { if (x[c] < least) least = x[c]; if (x[c] > 0) n++; } return feature == 6 ? n : least + x[feature];" },
        // Projections, plain and not.
        { 4, ", [Learned(4, 6)] ReadOnlySpan<float> w, [Learned(4)] ReadOnlySpan<float> bias, [Learned] float size", "24 4 1", "return size * MathF.Tanh(Dot(x, w, feature) + bias[feature]); } private static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> w, int row) { float sum = 0; for (int c = 0; c < x.Length; c++) sum += w[row * x.Length + c] * (x[c] > 0 ? x[c] : 0.1f * x[c]); return sum;" },
        { 5, ", [Learned(5, 6)] ReadOnlySpan<float> w, [Learned(6)] ReadOnlySpan<float> u", "30 6", "float near = 0, along = 0; for (int c = 0; c < 6; c++) { float d = x[c] - w[6 * feature + c]; near -= d * d; } for (int c = 1; c < 5; c++) along += u[c] * x[c]; return MathF.Exp(near) + along;" },
        // Sums that go by the feature's number alone; a few turns written out.
        { 3, "", "", "float sum = 0; for (int c = 0; c < 6; c++) sum += MathF.Cos(0.3f * feature * c) * x[c]; return sum;" },
        { 6, "", "", "float p = x[feature], s = 1; for (int n = 1; n <= 4; n++) { s += p / n; p *= x[feature]; } return s;" },
    };

    [Theory]
    [MemberData(nameof(Maps))]
    public void Layers_OfVectorMaps_EqualLoopsOverTheirCalls(int features, string learned, string lengths, string body)
    {
        var source = $$"""
            using System; using AttnDsl;
            [AttentionLayer(KeyDim = 6, ValueDim = 3, Heads = 2, Scale = 1)]
            public static partial class Layer
            {
                [FeatureMapFunction{{(features == 6 ? "" : $"(FeatureDim = {features})")}}]
                public static float Map(ReadOnlySpan<float> x, int feature{{learned}}) { {{body}} }
            }
            """;
        var counts = lengths.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToList();
        var draws = string.Concat(counts.Select((n, p) => $"var p{p} = global::Loops.Draw({p + 7}, 2 * {n}); "));
        var tensors = string.Concat(counts.Select((_, p) => $", p{p}"));
        // Of each head; a number is a vector of one.
        var ofHead = string.Concat(counts.Select((n, p) => n == 1 ? $", p{p}[h]" : $", global::System.MemoryExtensions.AsSpan(p{p}, h * {n}, {n})"));
        var run = $$"""
            {
                const int T = global::Loops.T, H = global::Loops.H;
                float[] q = global::Loops.Draw(1, T * H * 6), k = global::Loops.Draw(2, T * H * 6), v = global::Loops.Draw(3, T * H * 3), output = new float[T * H * 3];
                {{draws}}
                global::Layer.Forward(1, T, q, k, v{{tensors}}, output);
                global::Loops.Check(q, k, v, output, {{features}}, h => (x, f) => global::Layer.Map(x, f{{ofHead}}), global::Layer.Explanation);
            }
            """;
        new Project(source, Loops).Run(run);
    }

    [Theory]
    [InlineData("(FeatureDim = 8)", "", "return x[feature];", "feature 6 reads number 6 of 6")]
    [InlineData("", "", "return x[6];", "feature 0 reads number 6 of 6")]
    [InlineData("", "", "float s = 0; for (int c = 0; c < 6; c++) s += x[5 - c] * x[(c + 2)]; return s;", "a sum reads number 6 of 6")]
    [InlineData("", "", "float s = 0; for (int c = 0; c < 6; c++) s += x[(c + feature) % 6]; return s;", "a channel is taken by the feature's number, or by that of the channel summed over, not by both")]
    [InlineData("", "", "float s = 0; for (int c = 0; c < 6; c++) s = MathF.Max(s, feature * x[c]); return s;", "a maximum over channels cannot go by the feature")]
    [InlineData("", ", [Learned(6, 6)] ReadOnlySpan<float> w", "float s = 0; for (int c = 0; c < 6; c++) s += w[c * 6 + feature] * x[c]; return s;", "the learned matrix W is read as [feature * 6 + c]")]
    [InlineData("", ", [Learned(6)] ReadOnlySpan<float> w", "return w[5 - feature];", "the learned vector W is read by the number of the feature, where it has 6")]
    [InlineData("", ", [Learned(4)] ReadOnlySpan<float> w", "return w[feature];", "W has the lengths 4; of 6 channels and 6 features a learned vector has 6 or 6 numbers, and a learned matrix 6, 6")]
    [InlineData("", "", "float s = 0; for (int c = 0; c < (int)x[0]; c++) s += x[c]; return s;", "how often a loop runs has to be known to the compiler")]
    [InlineData("", "", "float s = 0; for (int c = 0; c < 6; c++) { if (x[c] > 1) break; s += x[c]; } return s;", "a jump has no translation")]
    public void Maps_WithoutTranslation_SayWhy(string options, string learned, string body, string reason)
    {
        var generated = new Project($"using System; using AttnDsl; [AttentionLayer(KeyDim = 6, ValueDim = 3)] public static partial class Layer {{ [FeatureMapFunction{options}] private static float Map(ReadOnlySpan<float> x, int feature{learned}) {{ {body} }} }}").Generate();
        Assert.Empty(generated.CompilerDiagnostics);
        var found = Assert.Single(generated.Analyze());
        Assert.Equal(DiagnosticIds.UntranslatableCode, found.Id);
        Assert.Contains(reason, found.GetMessage(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Explanation_ShowsSumsAsFormulas()
    {
        const string layer = "using System; using AttnDsl; [AttentionLayer(KeyDim = 6, ValueDim = 3)] public static partial class Layer { [FeatureMapFunction(FeatureDim = 8)] static float Map(ReadOnlySpan<float> x, int feature, [Learned(8, 6)] ReadOnlySpan<float> w) { float s = 0; for (int c = 0; c < x.Length; c++) s += w[feature * 6 + c] * x[c]; return feature % 2 == 0 ? MathF.Exp(0.1f * s) : 0.3f; } }";
        var text = new Project(layer).Generate().Strict().Texts.Values.Single(t => t.Contains("Explanation =>"));
        Assert.Contains("φ(x)_d = d - 2 * ⌊0.5 * d⌋ <= 0 ? (0 <= d - 2 * ⌊0.5 * d⌋ ? exp(0.1 * Σ_c W_(6 * d + c) * x_c) : 0.3) : 0.3, d from 0 to 7", text);
        Assert.Contains("W     [H,F,K]", text);
    }
}
