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

    /// <summary>The number in the buffer with which it begins.</summary>
    private readonly long _first;

    internal GpuTensor(GpuDevice device, int[] lengths, TensorFormat format = TensorFormat.Float32)
    {
        if (lengths.Any(n => n < 0)) throw new ArgumentException($"a tensor cannot have the shape {Text(lengths)}");
        var numbers = lengths.Aggregate(1L, (product, n) => checked(product * n));
        (Device, _lengths, Length, Format) = (device, lengths, numbers, format);
        _buffer = device.Allocate(format == TensorFormat.Float32 ? numbers : (numbers + 1) / 2);
        View = new() { Data = _buffer.View.BaseView };
        // A learned parameter may have fewer axes; kernels see its floats alone.
        if (lengths.Length < 3) return;
        long width = lengths.Length == 4 ? lengths[3] : 1;
        View = View with { Head = width, Time = checked((int)(lengths[2] * width)), Batch = lengths[1] * lengths[2] * width };
    }

    private GpuTensor(GpuTensor whole, int[] lengths, TensorView view, TensorFormat format, long first)
    {
        (Device, _buffer, _lengths, View, Format, _first) = (whole.Device, whole._buffer, lengths, view, format, first);
        Length = lengths.Aggregate(1L, (product, n) => product * n);
    }

    /// <summary>Where it lies.</summary>
    public GpuDevice Device { get; }

    /// <summary>B, T, H and, with four axes, D; a learned parameter's own.</summary>
    public ReadOnlySpan<int> Lengths => _lengths;

    /// <summary>How many numbers it has.</summary>
    public long Length { get; }

    /// <summary>What its numbers are.</summary>
    public TensorFormat Format { get; }

    /// <summary>As kernels see it; of a tensor of 16 bits only the strides count.</summary>
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

    /// <summary>A tensor of a format filled from the host, rounded to nearest.</summary>
    /// <param name="device">Where it shall lie.</param>
    /// <param name="format">What its numbers shall be.</param>
    /// <param name="values">Them, row after row.</param>
    /// <param name="lengths">B, T, H and, with four axes, D.</param>
    public static GpuTensor From(GpuDevice device, TensorFormat format, ReadOnlySpan<float> values, params ReadOnlySpan<int> lengths)
    {
        if (lengths.Length is < 1 or > 4) throw new ArgumentException($"a tensor has one to four axes, not the shape {Text(lengths.ToArray())}");
        var tensor = new GpuTensor(device, lengths.ToArray(), format);
        tensor.CopyFrom(values);
        return tensor;
    }

    /// <summary>Copies floats from the host, rounded to nearest where the tensor's numbers have 16 bits; done when it returns.</summary>
    public void CopyFrom(ReadOnlySpan<float> values, GpuStream? stream = null)
    {
        Check(values.Length, "floats");
        if (Length == 0) return;
        if (Format == TensorFormat.Float32)
        {
            (stream ?? Device.DefaultStream).Upload(View.Data, ref Unsafe.AsRef(in values[0]), Length);
            return;
        }

        var bits = new ushort[values.Length];
        for (var n = 0; n < bits.Length; n++) bits[n] = GpuFormats.Narrow(values[n], (int)Format);
        CopyBitsFrom(bits, stream);
    }

    /// <summary>Copies the numbers to the host as floats, behind the calls before it on the stream; done when it returns.</summary>
    public void CopyTo(Span<float> values, GpuStream? stream = null)
    {
        Check(values.Length, "floats");
        if (Length == 0) return;
        if (Format == TensorFormat.Float32)
        {
            (stream ?? Device.DefaultStream).Download(View.Data, ref values[0], Length);
            return;
        }

        var bits = new ushort[values.Length];
        CopyBitsTo(bits, stream);
        for (var n = 0; n < bits.Length; n++) values[n] = GpuFormats.Widen(bits[n], (int)Format);
    }

    /// <summary>Copies numbers of 16 bits from the host as they are; done when it returns.</summary>
    public void CopyBitsFrom(ReadOnlySpan<ushort> bits, GpuStream? stream = null)
    {
        Check(bits.Length, "numbers of 16 bits");
        if (Length > 0) (stream ?? Device.DefaultStream).Upload(Halves, ref Unsafe.AsRef(in bits[0]), Length);
    }

    /// <summary>Copies the numbers of 16 bits to the host as they are, behind the calls before it on the stream; done when it returns.</summary>
    public void CopyBitsTo(Span<ushort> bits, GpuStream? stream = null)
    {
        Check(bits.Length, "numbers of 16 bits");
        if (Length > 0) (stream ?? Device.DefaultStream).Download(Halves, ref bits[0], Length);
    }

    /// <summary>Some tokens of a tensor of one sequence, in place: there is nothing to dispose.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public GpuTensor Tokens(int start, int count)
    {
        if (_lengths is not [1, var time, ..] || start < 0 || count < 0 || count > time - start)
            throw new ArgumentOutOfRangeException(nameof(start), start, string.Create(CultureInfo.InvariantCulture, $"the tensor {Text(_lengths)} does not have {count} tokens from there on in a sequence of its own"));
        var first = _first + (long)start * View.Time;
        return new(this, [1, count, .. _lengths[2..]], Format == TensorFormat.Float32 ? View.From(start) : View, Format, first);
    }

    /// <summary>Zeros.</summary>
    public void Clear(GpuStream? stream = null)
    {
        Device.Accelerator.Bind();
        if (Length == 0) return;
        var native = (stream ?? Device.DefaultStream).Native;
        if (Format == TensorFormat.Float32) View.Data.SubView(0, Length).MemSetToZero(native);
        else Halves.MemSetToZero(native);
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _buffer.Dispose();

    internal bool IsDisposed => _buffer.IsDisposed;

    /// <summary>Bytes of a number.</summary>
    internal int Size => Format == TensorFormat.Float32 ? sizeof(float) : sizeof(ushort);

    /// <summary>Where the device finds the first number.</summary>
    internal nint Address => Format == TensorFormat.Float32 ? View.Data.LoadEffectiveAddressAsPtr() : _buffer.NativePtr + (nint)(_first * Size);

    /// <summary>The numbers of a tensor of 16 bits.</summary>
    internal ArrayView<ushort> Halves => Format == TensorFormat.Float32
        ? throw new ArgumentException($"the tensor {Text(_lengths)} has floats, not numbers of 16 bits: make it with a TensorFormat")
        : _buffer.View.BaseView.Cast<ushort>().SubView(_first, Length);

    /// <summary>One of the same shape, of floats in memory that belongs to another.</summary>
    internal GpuTensor InFloats(ArrayView<float> memory) => new(this, _lengths, View with { Data = memory }, TensorFormat.Float32, 0);

    internal static string Text(ReadOnlySpan<int> lengths) => "[" + string.Join(",", lengths.ToArray().Select(n => n.ToString(CultureInfo.InvariantCulture))) + "]";

    private void Check(int count, string what)
    {
        if (count != Length) throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"the tensor {Text(_lengths)} has {Length} {what}, the memory on the host {count}"));
    }
}
