using System;
using System.Linq;
using System.Numerics.Tensors;
using AttnDsl;

// The declaration at the bottom is the whole layer. What it means, in English and formulas:
Console.WriteLine(Gla.Explanation);

// Four inputs of random numbers: 1 sequence of 100 tokens, [batch, time, head, channel], last axis contiguous.
const int Time = 100;
Random random = new(1);
float[] Noise(int width) => [.. Enumerable.Range(0, Time * Gla.Heads * width).Select(_ => random.NextSingle() - 0.5f)];
float[] q = Noise(Gla.KeyDim), k = Noise(Gla.KeyDim), v = Noise(Gla.ValueDim), g = Noise(Gla.KeyDim);

// All tokens at once: what a prompt or a training batch wants. Chunks run in parallel form, a state links them.
float[] whole = new float[v.Length];
Gla.Forward(1, Time, q, k, v, g, whole);

// The same layer token by token: what generation wants. The state has one size, however long the text gets.
float[] streamed = new float[v.Length];
Gla.State state = new(batch: 1);
int key = Gla.Heads * Gla.KeyDim, value = Gla.Heads * Gla.ValueDim;
for (int t = 0; t < Time; t++)
{
    state.Step(q.AsSpan(t * key, key), k.AsSpan(t * key, key), v.AsSpan(t * value, value), g.AsSpan(t * key, key), streamed.AsSpan(t * value, value));
}

float largest = whole.Zip(streamed, (a, b) => MathF.Abs(a - b)).Max();
Console.WriteLine($"After {state.Position} tokens the two ways differ by at most {largest:E1}.");

// Fused buffers need no copy: tensor spans take any outer strides, and a forgotten input does not compile.
nint[] shape = [1, Time, Gla.Heads, Gla.KeyDim];
Gla.Inputs inputs = new() { Q = new(q, shape, []), K = new(k, shape, []), V = new(v, shape, []), G = new(g, shape, []) };
Gla.Forward(inputs, new TensorSpan<float>(streamed, shape, []), Forms.Chunkwise);
Console.WriteLine($"State: {sizeof(float) * Gla.State.FloatCount(1)} bytes. Equal: {largest < 1e-4f && whole.Length == streamed.Length}");

/// <summary>Gated linear attention: every key channel forgets at its own rate, chosen by each token.</summary>
[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
public static partial class Gla;
