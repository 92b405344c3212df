using System;
using System.Linq;
using System.Numerics.Tensors;
using AttnDsl;

// The declaration at the bottom is the whole layer. What it means, in English and formulas:
Console.WriteLine(Gla.Explanation);

// Inputs of random numbers for one sequence of 100 tokens: [batch, time, head, channel].
const int Time = 100;
Random random = new(1);
float[] Noise(int width) => [.. Enumerable.Range(0, Time * Gla.Heads * width).Select(_ => random.NextSingle() - 0.5f)];
float[] q = Noise(Gla.KeyDim), k = Noise(Gla.KeyDim), v = Noise(Gla.ValueDim), gate = Noise(Gla.KeyDim);

// All tokens at once, as for a prompt: chunks are computed in parallel form, a state links them.
float[] whole = new float[v.Length];
Gla.Forward(1, Time, q, k, v, gate, whole);

// The same layer token by token, as in generation: the state keeps one size, however long the text gets.
float[] streamed = new float[v.Length];
Gla.State state = new(batch: 1);
const int Key = Gla.Heads * Gla.KeyDim, Value = Gla.Heads * Gla.ValueDim;
for (int t = 0; t < Time; t++)
{
    state.Step(q.AsSpan(t * Key, Key), k.AsSpan(t * Key, Key), v.AsSpan(t * Value, Value), gate.AsSpan(t * Key, Key), streamed.AsSpan(t * Value, Value));
}

// Tensor spans go where the data is no plain array (slices of a fused buffer); here a form is chosen by hand too.
float[] recurrent = new float[v.Length];
nint[] shape = [1, Time, Gla.Heads, Gla.KeyDim];
Gla.Inputs inputs = new() { Q = new(q, shape, []), K = new(k, shape, []), V = new(v, shape, []), G = new(gate, shape, []) };
Gla.Forward(inputs, new TensorSpan<float>(recurrent, shape, []), Forms.Recurrent);

float Furthest(float[] other) => whole.Zip(other, (a, b) => MathF.Abs(a - b)).Max();
Console.WriteLine($"One pass and {state.Position} steps differ by at most {Furthest(streamed):E1}, its recurrent form by {Furthest(recurrent):E1}.");
Console.WriteLine($"The state holds {sizeof(float) * Gla.State.FloatCount(1)} bytes. All equal: {MathF.Max(Furthest(streamed), Furthest(recurrent)) < 1e-5f}");

/// <summary>Gated linear attention: every key channel forgets at its own rate, which each token chooses.</summary>
[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
public static partial class Gla;
