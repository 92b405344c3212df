using System;
using System.ComponentModel;
using System.Globalization;
using System.Linq;
using System.Runtime.CompilerServices;
using AttnDsl.Gpu.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace AttnDsl.Gpu;

/// <summary>
/// Floats on a device, dense: <c>[B,T,H,D]</c>, or <c>[B,T,H]</c> for what there is one of a token and head; a learned parameter has
/// the axes that its layer says.
/// </summary>
public sealed class GpuTensor : IDisposable
{
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _buffer;
    private readonly int[] _lengths;

    internal GpuTensor(GpuDevice device, int[] lengths)
    {
        if (lengths.Any(n => n < 0)) throw new ArgumentException($"a tensor cannot have the shape {Text(lengths)}");
        var floats = lengths.Aggregate(1L, (product, n) => checked(product * n));
        (Device, _lengths, Length, _buffer) = (device, lengths, floats, device.Allocate(floats));
        View = new() { Data = _buffer.View.BaseView };
        // A learned parameter may have fewer axes; kernels see its floats alone.
        if (lengths.Length < 3) return;
        long width = lengths.Length == 4 ? lengths[3] : 1;
        View = View with { Head = width, Time = checked((int)(lengths[2] * width)), Batch = lengths[1] * lengths[2] * width };
    }

    private GpuTensor(GpuTensor whole, int[] lengths, TensorView view)
    {
        (Device, _buffer, _lengths, View) = (whole.Device, whole._buffer, lengths, view);
        Length = lengths.Aggregate(1L, (product, n) => product * n);
    }

    /// <summary>Where it lies.</summary>
    public GpuDevice Device { get; }

    /// <summary>B, T, H and, with four axes, D; a learned parameter's own.</summary>
    public ReadOnlySpan<int> Lengths => _lengths;

    /// <summary>Number of floats.</summary>
    public long Length { get; }

    /// <summary>As kernels see it.</summary>
    public TensorView View { get; }

    /// <summary>A tensor filled from the host.</summary>
    /// <param name="device">Where it shall lie.</param>
    /// <param name="values">Its floats, row after row.</param>
    /// <param name="lengths">B, T, H and, with four axes, D; a learned parameter's own.</param>
    public static GpuTensor From(GpuDevice device, ReadOnlySpan<float> values, params ReadOnlySpan<int> lengths)
    {
        if (lengths.Length is < 1 or > 4) throw new ArgumentException($"a tensor has one to four axes, not the shape {Text(lengths.ToArray())}");
        var tensor = new GpuTensor(device, lengths.ToArray());
        tensor.CopyFrom(values);
        return tensor;
    }

    /// <summary>Copies floats from the host; done when it returns.</summary>
    public void CopyFrom(ReadOnlySpan<float> values, GpuStream? stream = null)
    {
        Check(values.Length);
        if (Length == 0) return;
        (stream ?? Device.DefaultStream).Upload(View.Data, ref Unsafe.AsRef(in values[0]), Length);
    }

    /// <summary>Copies the floats to the host, behind the calls before it on the stream; done when it returns.</summary>
    public void CopyTo(Span<float> values, GpuStream? stream = null)
    {
        Check(values.Length);
        if (Length == 0) return;
        (stream ?? Device.DefaultStream).Download(View.Data, ref values[0], Length);
    }

    /// <summary>Some tokens of a tensor of one sequence, in place: there is nothing to dispose.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public GpuTensor Tokens(int start, int count)
    {
        if (_lengths is not [1, var time, ..] || start < 0 || count < 0 || count > time - start)
            throw new ArgumentOutOfRangeException(nameof(start), start, string.Create(CultureInfo.InvariantCulture, $"the tensor {Text(_lengths)} does not have {count} tokens from there on in a sequence of its own"));
        return new(this, [1, count, .. _lengths[2..]], View.From(start));
    }

    /// <summary>Zeros.</summary>
    public void Clear(GpuStream? stream = null)
    {
        Device.Accelerator.Bind();
        if (Length > 0) View.Data.SubView(0, Length).MemSetToZero((stream ?? Device.DefaultStream).Native);
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _buffer.Dispose();

    internal bool IsDisposed => _buffer.IsDisposed;

    internal static string Text(ReadOnlySpan<int> lengths) => "[" + string.Join(",", lengths.ToArray().Select(n => n.ToString(CultureInfo.InvariantCulture))) + "]";

    private void Check(int floats)
    {
        if (floats != Length) throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"the tensor {Text(_lengths)} has {Length} floats, the memory on the host {floats}"));
    }
}
