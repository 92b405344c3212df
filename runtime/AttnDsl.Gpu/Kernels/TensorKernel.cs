using System;
using System.ComponentModel;
using System.Text;
using System.Text.RegularExpressions;
using ILGPU.Runtime;

namespace AttnDsl.Gpu.Kernels;

/// <summary>
/// A kernel for tensor cores: NVIDIA's assembly for operands of bfloat16, which the driver compiles for the device. A block of threads takes
/// so many rows of an item; the grid is blocks by items.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class TensorKernel
{
    private readonly TensorKernelText _text;

    /// <summary>A kernel whose entry has that name.</summary>
    public TensorKernel(string layer, string name, int rows, int threads, int sharedBytes, TensorKernelText text) =>
        (Layer, Name, Rows, Threads, SharedBytes, _text) = (layer, name, rows, threads, sharedBytes, text);

    internal string Layer { get; }

    internal string Name { get; }

    internal int Rows { get; }

    internal int Threads { get; }

    internal int SharedBytes { get; }

    /// <summary>
    /// Whether the stream's device runs it: a CUDA device with tensor cores (compute capability 8.0 or later) for which the driver could
    /// compile it. If it could not, <see cref="GpuDevice.Fallbacks"/> says why.
    /// </summary>
    public bool Runs(GpuStream stream, TensorFormat format, int items) =>
        items <= TensorCores.MostItems && stream.Device.TensorCores?.Function(this, format) is not (null or 0);

    /// <summary>Launches it for so many items of so many rows.</summary>
    public void Launch(GpuStream stream, TensorFormat format, int rows, int items, ReadOnlySpan<TensorArgument> tensors, params ReadOnlySpan<int> numbers) =>
        stream.Device.TensorCores!.Launch(this, format, stream.Native, (rows + Rows - 1) / Rows, items, tensors, numbers);

    /// <summary>The module for operands of a format: the instructions are the same, and float16 has some for conversions.</summary>
    internal string Module(TensorFormat format)
    {
        var text = Encoding.ASCII.GetString(_text());
        if (format == TensorFormat.BFloat16) return text;
        // A bfloat16 is the upper half of a float.
        return Regex.Replace(text, @"mov\.b32 (%\w+), \{%none, (%\w+)\};", "cvt.f32.f16 $1, $2;").Replace("bf16", "f16", StringComparison.Ordinal);
    }
}

/// <summary>The text of such a kernel.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public delegate ReadOnlySpan<byte> TensorKernelText();

/// <summary>A tensor as such a kernel's parameter: its address, and the strides of its axes in bytes.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct TensorArgument
{
    private TensorArgument(nint address, long batch, long head, long time) => (Address, Batch, Head, Time) = (address, batch, head, time);

    internal nint Address { get; }

    internal long Batch { get; }

    internal long Head { get; }

    internal long Time { get; }

    /// <summary>A caller's tensor.</summary>
    public static implicit operator TensorArgument(GpuTensor tensor)
    {
        var (view, size) = (tensor.View, tensor.Size);
        return new(tensor.Address, view.Batch * size, view.Head * size, (long)view.Time * size);
    }

    /// <summary>Floats in working memory.</summary>
    public static implicit operator TensorArgument(TensorView view) =>
        new(view.Data.LoadEffectiveAddressAsPtr(), view.Batch * sizeof(float), view.Head * sizeof(float), (long)view.Time * sizeof(float));

    /// <summary>A tensor of which all heads have the same rows.</summary>
    public static TensorArgument ForAllHeads(GpuTensor tensor)
    {
        TensorArgument all = tensor;
        return new(all.Address, all.Batch, 0, all.Time);
    }

    /// <summary>Rows of floats that every sequence and head looks up.</summary>
    public static TensorArgument Table(TensorView rows) => new(rows.Data.LoadEffectiveAddressAsPtr(), 0, 0, (long)rows.Time * sizeof(float));

    /// <summary>A learned parameter with so many floats a head.</summary>
    public static TensorArgument PerHead(GpuTensor tensor, int floats) => new(tensor.Address, 0, floats * sizeof(float), 0);

    /// <summary>Numbers of 16 bits in working memory, dense [B,T,H,width].</summary>
    public static TensorArgument Halves(ILGPU.ArrayView<float> data, int time, int heads, int width) =>
        new(data.LoadEffectiveAddressAsPtr(), 2L * time * heads * width, 2L * width, 2L * heads * width);
}
