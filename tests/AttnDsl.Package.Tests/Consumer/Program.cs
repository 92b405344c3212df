// The program of a person who installed the package: a declared layer against the recurrence written out.
using AttnDsl;

const int B = 2, T = 9, H = 2, K = 5, V = 3;
var random = new Random(1);
float[] q = Normal(B * T * H * K), k = Normal(B * T * H * K), v = Normal(B * T * H * V), g = Normal(B * T * H * K);

var expected = Recurrence();
var output = new float[B * T * H * V];
Gla.Forward(B, T, q, k, v, g, output);
Report("forward", output);

// The same sequences as a stream: a prompt of 4 tokens, then one by one.
Array.Fill(output, float.NaN);
var state = new Gla.State(B);
Prefill(0, 4);
for (var t = 4; t < T; t++)
{
    Prefill(t, 1);
}

Report("state", output);
Console.WriteLine($"position {state.Position}, heads {Gla.Heads}, explained {Gla.Explanation.Length > 0}");

void Prefill(int from, int count)
{
    var y = new float[B * count * H * V];
    if (count == 1)
    {
        state.Step(Rows(q, from, count, H * K), Rows(k, from, count, H * K), Rows(v, from, count, H * V), Rows(g, from, count, H * K), y);
    }
    else
    {
        state.Prefill(count, Rows(q, from, count, H * K), Rows(k, from, count, H * K), Rows(v, from, count, H * V), Rows(g, from, count, H * K), y);
    }

    for (var b = 0; b < B; b++)
    {
        Array.Copy(y, b * count * H * V, output, ((b * T) + from) * H * V, count * H * V);
    }
}

// S_t = diag(e^{log σ(g_t) / 16}) S_{t−1} + k_t v_tᵀ,  o_t = S_tᵀ q_t / √K
double[] Recurrence()
{
    var o = new double[B * T * H * V];
    for (var b = 0; b < B; b++)
    {
        for (var h = 0; h < H; h++)
        {
            var s = new double[K, V];
            for (var t = 0; t < T; t++)
            {
                var row = (((b * T) + t) * H) + h;
                for (var c = 0; c < K; c++)
                {
                    var decay = Math.Exp(-Math.Log(1 + Math.Exp(-g[(row * K) + c])) / 16);
                    for (var d = 0; d < V; d++)
                    {
                        s[c, d] = (decay * s[c, d]) + ((double)k[(row * K) + c] * v[(row * V) + d]);
                        o[(row * V) + d] += s[c, d] * q[(row * K) + c] / Math.Sqrt(K);
                    }
                }
            }
        }
    }

    return o;
}

void Report(string name, float[] actual)
{
    var error = actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max();
    Console.WriteLine(error < 1e-5 ? $"{name} equals the recurrence" : $"{name} differs by {error}");
}

float[] Rows(float[] source, int from, int count, int width)
{
    var rows = new float[B * count * width];
    for (var b = 0; b < B; b++)
    {
        Array.Copy(source, ((b * T) + from) * width, rows, b * count * width, count * width);
    }

    return rows;
}

float[] Normal(int count) => Enumerable.Range(0, count).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))).ToArray();

/// <summary>Gated linear attention.</summary>
[AttentionLayer(KeyDim = 5, ValueDim = 3, Heads = 2)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
public static partial class Gla;
