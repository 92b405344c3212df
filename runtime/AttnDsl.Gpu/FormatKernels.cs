using System;
using System.ComponentModel;
using AttnDsl.Gpu.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace AttnDsl.Gpu;

/// <summary>Copies between tensors of 16 bits and floats, for kernels that know floats only.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class FormatKernels
{
    /// <summary>Numbers that a group takes at a time.</summary>
    private const int Part = 4096;

    private static readonly GpuKernel<Launcher> s_widen = new(typeof(FormatKernels), nameof(WidenNumbers));
    private static readonly GpuKernel<Launcher> s_narrow = new(typeof(FormatKernels), nameof(NarrowNumbers));

    private delegate void Launcher(AcceleratorStream stream, KernelConfig config, ArrayView<ushort> halves, ArrayView<float> floats, long count, int format);

    internal static void Widen(GpuStream stream, ArrayView<ushort> halves, ArrayView<float> floats, long count, TensorFormat format) => Launch(s_widen, stream, halves, floats, count, format);

    internal static void Narrow(GpuStream stream, ArrayView<float> floats, ArrayView<ushort> halves, long count, TensorFormat format) => Launch(s_narrow, stream, halves, floats, count, format);

    /// <summary>Kernel of <see cref="Widen"/>.</summary>
    public static void WidenNumbers(ArrayView<ushort> halves, ArrayView<float> floats, long count, int format)
    {
        for (long first = (long)Grid.IdxX * Part; first < count; first += (long)Grid.DimX * Part)
        {
            for (long e = first + Group.IdxX; e < count && e < first + Part; e += Group.DimX) floats[e] = GpuFormats.Widen(halves[e], format);
        }
    }

    /// <summary>Kernel of <see cref="Narrow"/>.</summary>
    public static void NarrowNumbers(ArrayView<ushort> halves, ArrayView<float> floats, long count, int format)
    {
        for (long first = (long)Grid.IdxX * Part; first < count; first += (long)Grid.DimX * Part)
        {
            for (long e = first + Group.IdxX; e < count && e < first + Part; e += Group.DimX) halves[e] = GpuFormats.Narrow(floats[e], format);
        }
    }

    private static void Launch(GpuKernel<Launcher> kernel, GpuStream stream, ArrayView<ushort> halves, ArrayView<float> floats, long count, TensorFormat format)
    {
        if (count > 0) kernel.On(stream)(stream.Native, stream.Groups((int)Math.Min(int.MaxValue, (count + Part - 1) / Part)), halves, floats, count, (int)format);
    }
}
