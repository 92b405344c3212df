// The program of a person who installed AttnDsl.Gpu and nothing else: a declared layer and its twin.
using AttnDsl;
using AttnDsl.Gpu;

const int B = 2, T = 9, H = 2, K = 5, V = 3;
var random = new Random(1);
float[] q = Uniform(B * T * H * K), k = Uniform(B * T * H * K), v = Uniform(B * T * H * V);

var expected = new float[B * T * H * V];
Linear.Forward(B, T, q, k, v, expected);

using var device = GpuDevice.OpenCpu(threads: 4);
using GpuTensor onQ = GpuTensor.From(device, q, B, T, H, K), onK = GpuTensor.From(device, k, B, T, H, K), onV = GpuTensor.From(device, v, B, T, H, V);
using var output = device.Tensor(B, T, H, V);
Linear.Gpu.Forward(new() { Q = onQ, K = onK, V = onV }, output);

var actual = new float[expected.Length];
output.CopyTo(actual);
var error = actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max();
Console.WriteLine(error < 1e-5 ? "the twin equals the layer" : $"the twin differs by {error}");

float[] Uniform(int count) => Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f).ToArray();

/// <summary>Linear attention.</summary>
[AttentionLayer(KeyDim = 5, ValueDim = 3, Heads = 2)]
public static partial class Linear;
