using System;
using System.Globalization;
using System.Linq;
using AttnDsl.Generator.Diagnostics;
using AttnDsl.Generator.Tests.Harness;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Generator.Tests.Functions;

/// <summary>
/// Layers all of whose parts are random methods: each compiles without a warning and computes what loops over calls of the methods
/// compute, or is refused because a formula is too long.
/// </summary>
public sealed class RandomLayerTests(ITestOutputHelper output)
{
    private const int Count = 6;

    /// <summary>The layers as loops, in double precision but for the methods themselves.</summary>
    private const string Loops = """
        using System; using AttnDsl;
        public delegate float Scored(float score, in ScorePosition p);
        public delegate bool Seen(in ScorePosition p);
        public static class Loops
        {
            public const int T = 40, H = 2, K = 4, V = 3;

            public static float[] Draw(int seed, int count)
            {
                var random = new Random(seed);
                var values = new float[count];
                for (int i = 0; i < count; i++) values[i] = 3 * random.NextSingle() - 1.5f;
                return values;
            }

            public static double[] Matrix(float[] q, float[] k, float[] v, float[] g, Func<float, float> map, Func<float, float> gate, Func<float, float> divisor)
            {
                var output = new double[T * H * V];
                for (int h = 0; h < H; h++)
                {
                    var (state, sum) = (new double[K, V], new double[K]);
                    for (int t = 0; t < T; t++)
                    {
                        int row = t * H + h;
                        double total = 0;
                        for (int c = 0; c < K; c++)
                        {
                            double keep = Math.Exp(gate(g[row * K + c])), key = map(k[row * K + c]), query = map(q[row * K + c]);
                            sum[c] = keep * sum[c] + key;
                            total += query * sum[c];
                            for (int d = 0; d < V; d++)
                            {
                                state[c, d] = keep * state[c, d] + key * v[row * V + d];
                                output[row * V + d] += query * state[c, d];
                            }
                        }

                        double by = divisor((float)total);
                        for (int d = 0; d < V; d++) output[row * V + d] /= by;
                    }
                }

                return output;
            }

            public static double[] Softmax(float[] q, float[] k, float[] v, Scored score, Seen sees)
            {
                var output = new double[T * H * V];
                for (int h = 0; h < H; h++)
                for (int i = 0; i < T; i++)
                {
                    double total = 0;
                    for (int j = 0; j <= i; j++)
                    {
                        var p = new ScorePosition(i, j, h);
                        if (!sees(in p)) continue;
                        double product = 0;
                        for (int c = 0; c < K; c++) product += (double)q[(i * H + h) * K + c] * k[(j * H + h) * K + c];
                        double weight = Math.Exp(score((float)product, in p));
                        total += weight;
                        for (int d = 0; d < V; d++) output[(i * H + h) * V + d] += weight * v[(j * H + h) * V + d];
                    }

                    for (int d = 0; d < V && total > 0; d++) output[(i * H + h) * V + d] /= total;
                }

                return output;
            }

            public static void Near(double[] expected, float[] actual, string what)
            {
                double error = 0, size = 0;
                for (int i = 0; i < expected.Length; i++)
                {
                    error += (actual[i] - expected[i]) * (actual[i] - expected[i]);
                    size += expected[i] * expected[i];
                }

                if (!(error <= 1e-10 * size)) throw new InvalidOperationException($"{what}: {Math.Sqrt(error / size):e2}");
            }
        }
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Layers_OfRandomMethods_EqualLoopsOverTheirCalls(int seed)
    {
        var growth = new FunctionGrowth(new Random(seed));
        string[] layers = [.. Enumerable.Range(0, Count).Select(n => Layer(growth, n))];
        var project = new Project([.. layers, Loops]);
        var refused = project.Generate().Strict().Analyze();
        Assert.All(refused, d => Assert.Equal(DiagnosticIds.UntranslatableCode, d.Id));
        Assert.All(refused, d => Assert.Contains("formula of more than", d.GetMessage(CultureInfo.InvariantCulture)));
        var sound = Enumerable.Range(0, Count).Where(n => refused.All(d => d.Location.SourceTree!.FilePath != $"Source{n}.cs")).ToList();
        output.WriteLine($"{sound.Count} of {Count} layers have a translation");
        Assert.True(sound.Count > Count / 2, string.Join('\n', refused));
        project.Run([.. sound.Select(Use)]);
    }

    /// <summary>Every other one is a softmax. What a method may say is kept within bounds, so that a wrong last digit stays one.</summary>
    private static string Layer(FunctionGrowth growth, int n)
    {
        var (attributes, members) = n % 2 == 0
            ? ("[Gate(GateShape.Key)]", $$"""
                [FeatureMapFunction] public static R Map(R x) => M.Tanh(Grown1(x)) + 2;
                [GateFunction] public static R LogDecay(R z) => -M.Abs(M.Tanh(Grown2(z)));
                [NormaliserFunction] public static R Divisor(R sum) => M.Max(sum, 0.5f) + M.Tanh(Grown3(0.01f * sum)) + 2;
                {{growth.Method("Grown1", "R x")}} {{growth.Method("Grown2", "R x")}} {{growth.Method("Grown3", "R x")}}
                """)
            : ("", $$"""
                [ScoreFunction] public static R Score(R x, in ScorePosition p) => 4 * M.Tanh(0.01f * Grown1(x, p));
                [MaskFunction] public static bool Sees(in ScorePosition p) => Grown2(p) || p.Query == p.Key;
                {{growth.Method("Grown1", "R x, in ScorePosition p")}} {{growth.Mask("Grown2")}}
                """);
        return $$"""
            #pragma warning disable CS0162, CS0219, CS1718 // Random code has dead ends.
            using System; using AttnDsl; using R = System.Single; using M = System.MathF;
            [AttentionLayer(KeyDim = 4, ValueDim = 3, Heads = 2, Scale = 1)] {{attributes}}
            public static partial class Layer{{n}}
            {
                {{FunctionGrowth.Shared}}
                {{members}}
            }
            """;
    }

    private static string Use(int n)
    {
        var (inputs, expected) = n % 2 == 0
            ? ("q, k, v, g", $"global::Loops.Matrix(q, k, v, g, global::Layer{n}.Map, global::Layer{n}.LogDecay, global::Layer{n}.Divisor)")
            : ("q, k, v", $"global::Loops.Softmax(q, k, v, global::Layer{n}.Score, global::Layer{n}.Sees)");
        var width = $"global::Loops.T * global::Loops.H * global::Loops";
        return $$"""
            {
                float[] q = global::Loops.Draw({{n}}, {{width}}.K), k = global::Loops.Draw({{n + 100}}, {{width}}.K), v = global::Loops.Draw({{n + 200}}, {{width}}.V), g = global::Loops.Draw({{n + 300}}, {{width}}.K);
                var output = new float[{{width}}.V];
                global::Layer{{n}}.Forward(1, global::Loops.T, {{inputs}}, output);
                global::Loops.Near({{expected}}, output, global::Layer{{n}}.Explanation);
            }
            """;
    }
}
