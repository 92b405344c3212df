using System;
using System.Linq;
using System.Numerics.Tensors;
using System.Reflection;
using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Jit.Tests;

/// <summary>
/// Without arguments runs every form and the gradients of the layers once, so that the JIT compiles their kernels; with the name of an
/// assembly has it compile all kernels of the layers there. Prints the width it has.
/// </summary>
internal static class Program
{
    // More than a block of queries or keys, and no multiple of one.
    private const int Time = 150, Heads = 2;

    private static readonly Random s_random = new(1);
    private static int s_runs;

    private static int Main(string[] args)
    {
        Console.WriteLine(AttnDsl.Runtime.Machine.VectorBits);
        return args is [var assembly] ? Compile(Assembly.Load(assembly)) : Run();
    }

    private static int Compile(Assembly assembly)
    {
        var vector = AttnDsl.Runtime.Machine.VectorBits == 512 ? typeof(Simd512) : typeof(Simd256);
        const BindingFlags declared = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (var kernel in assembly.GetTypes().Where(t => t.Namespace == "AttnDsl.Generated").SelectMany(t => t.GetMethods(declared)))
        {
            if (kernel.GetGenericArguments().Length == 1)
            {
                RuntimeHelpers.PrepareMethod(kernel.MethodHandle, [vector.TypeHandle]);
            }
        }

        return 0;
    }

    private static int Run()
    {
        // One thread: two would only compile the same kernels.
        AttnDsl.Runtime.Machine.MaxThreads = 1;
        CausalSoftmax.Inputs causal = new() { Q = In(64), K = In(64), V = In(64) };
        CausalSoftmax.Forward(causal, Out(64), Forms.Parallel);
        CausalSoftmax.Forward(causal, Out(64), Forms.Recurrent);
        CausalSoftmax.Backward(causal, In(64), new() { Q = Out(64), K = Out(64), V = Out(64) });

        CappedWindow.Inputs window = new() { Q = In(64), K = In(64), V = In(64) };
        CappedWindow.Forward(window, Out(64), Forms.Parallel);
        CappedWindow.Forward(window, Out(64), Forms.Recurrent);
        CappedWindow.Backward(window, In(64), new() { Q = Out(64), K = Out(64), V = Out(64) });

        GatedLinear.Inputs gated = new() { Q = In(64), K = In(64), V = In(64), G = In(64) };
        foreach (var form in new[] { Forms.Chunkwise, Forms.Recurrent, Forms.Parallel })
        {
            GatedLinear.Forward(gated, Out(64), form);
        }

        GatedLinear.Backward(gated, In(64), new() { Q = Out(64), K = Out(64), V = Out(64), G = Out(64) });

        GatedDelta.Inputs delta = new() { Q = In(64), K = In(64, 0.1f), V = In(64), G = InHead(-0.1f), Beta = InHead(0.5f) };
        foreach (var form in new[] { Forms.Chunkwise, Forms.Recurrent })
        {
            GatedDelta.Forward(delta, Out(64), form);
        }

        GatedDelta.Backward(delta, In(64), new() { Q = Out(64), K = Out(64), V = Out(64), G = OutHead(), Beta = OutHead() });

        MatrixLstm.Inputs memory = new() { Q = In(64), K = In(64), V = In(64), G = InHead(3), I = InHead(0) };
        foreach (var form in new[] { Forms.Chunkwise, Forms.Recurrent, Forms.Parallel })
        {
            MatrixLstm.Forward(memory, Out(64), form);
        }

        MatrixLstm.Backward(memory, In(64), new() { Q = Out(64), K = Out(64), V = Out(64), G = OutHead(), I = OutHead() });

        StateSpace.Parameters learned = new() { ALog = new(Numbers(Heads * 16 * 64, 1), [Heads, 16, 64]), D = new(Numbers(Heads * 64, 1), [Heads, 64]) };
        StateSpace.Inputs space = new() { Q = In(16), K = In(16), V = In(64), G = In(64, 0.1f, 0.2f), Parameters = learned };
        foreach (var form in new[] { Forms.Chunkwise, Forms.Recurrent })
        {
            StateSpace.Forward(space, Out(64), form);
        }

        StateSpace.Backward(space, In(64), new()
        {
            Q = Out(16),
            K = Out(16),
            V = Out(64),
            G = Out(64),
            Parameters = new() { ALog = new(new float[Heads * 16 * 64], [Heads, 16, 64]), D = new(new float[Heads * 64], [Heads, 64]) },
        });
        return s_runs > 0 ? 0 : 1;
    }

    private static ReadOnlyTensorSpan<float> In(int width, float scale = 1, float mean = 0) => new(Numbers(Time * Heads * width, scale, mean), [1, Time, Heads, width]);

    private static ReadOnlyTensorSpan<float> InHead(float mean) => new(Numbers(Time * Heads, 0.1f, mean), [1, Time, Heads]);

    private static TensorSpan<float> Out(int width)
    {
        s_runs++;
        return new(new float[Time * Heads * width], [1, Time, Heads, width]);
    }

    private static TensorSpan<float> OutHead() => new(new float[Time * Heads], [1, Time, Heads]);

    private static float[] Numbers(int count, float scale, float mean = 0) =>
        [.. Enumerable.Range(0, count).Select(_ => mean + (scale * (s_random.NextSingle() - 0.5f)))];
}
