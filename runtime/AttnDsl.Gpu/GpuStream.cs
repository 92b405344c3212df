using System;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using AttnDsl.Gpu.Kernels;
using AttnDsl.Primitives;
using ILGPU;
using ILGPU.Runtime;

namespace AttnDsl.Gpu;

/// <summary>
/// Calls on one stream run one after the other, and return before they are done. A stream keeps the working memory of its calls,
/// which grows to the largest of them and is used again. Not for several threads at the same time.
/// </summary>
public sealed class GpuStream : IDisposable
{
    private readonly MemoryBuffer1D<float, Stride1D.Dense>?[] _buffers = new MemoryBuffer1D<float, Stride1D.Dense>?[Enum.GetValues<Purpose>().Length];
    private float[] _angles = [];
    private (long First, int Rows, int Pairs, double Base, double Step) _tabulated;
    private float[] _places = [];
    private (long First, int Rows) _placed;

    internal GpuStream(GpuDevice device, AcceleratorStream native) => (Device, Native) = (device, native);

    /// <summary>Where it runs.</summary>
    public GpuDevice Device { get; }

    /// <summary>ILGPU's view of the stream.</summary>
    public AcceleratorStream Native { get; }

    /// <summary>Bytes of working memory held at present.</summary>
    public long WorkingBytes
    {
        get
        {
            var bytes = 0L;
            foreach (var buffer in _buffers) bytes += buffer?.LengthInBytes ?? 0;
            return bytes;
        }
    }

    /// <summary>Waits until every call on this stream is done.</summary>
    public void Synchronize() => Native.Synchronize();

    /// <summary>Frees the working memory, and the stream unless it is the device's own.</summary>
    public void Dispose()
    {
        if (Device.Accelerator.IsDisposed) return;
        Native.Synchronize();
        for (var n = 0; n < _buffers.Length; n++)
        {
            _buffers[n]?.Dispose();
            _buffers[n] = null;
        }

        if (Native != Device.Accelerator.DefaultStream) Native.Dispose();
    }

    /// <summary>Working memory of a purpose, at least so many floats, contents unknown. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ArrayView<float> Rent(Purpose purpose, long floats)
    {
        ref var buffer = ref _buffers[(int)purpose];
        if (buffer is null || buffer.Length < floats)
        {
            // Calls that still use the old one finish first.
            Native.Synchronize();
            buffer?.Dispose();
            buffer = null;
            buffer = Device.Allocate(floats);
        }

        return buffer.View.BaseView;
    }

    /// <summary>Copies floats from one place on the device to another. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Copy(ArrayView<float> from, ArrayView<float> to, long floats)
    {
        Device.Accelerator.Bind();
        from.SubView(0, floats).CopyTo(Native, to.SubView(0, floats));
    }

    /// <summary>
    /// Tensors of 16 bits as floats in working memory, until the next such call: those that are read, copied, then one of the same shape for
    /// each that will be written. For generated code.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public GpuTensor[] Floats(ReadOnlySpan<GpuTensor> read, params ReadOnlySpan<GpuTensor> written)
    {
        var count = 0L;
        foreach (var tensor in read) count += tensor.Length;
        foreach (var tensor in written) count += tensor.Length;
        var memory = Rent(Purpose.Floats, count);
        var floats = new GpuTensor[read.Length + written.Length];
        count = 0;
        for (var n = 0; n < floats.Length; n++)
        {
            var tensor = n < read.Length ? read[n] : written[n - read.Length];
            floats[n] = tensor.InFloats(memory.SubView(count, tensor.Length));
            if (n < read.Length) FormatKernels.Widen(this, tensor.Halves, memory.SubView(count, tensor.Length), tensor.Length, tensor.Format);
            count += tensor.Length;
        }

        return floats;
    }

    /// <summary>Rounds floats to a tensor of 16 bits. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Round(GpuTensor floats, GpuTensor to) => FormatKernels.Narrow(this, floats.View.Data, to.Halves, to.Length, to.Format);

    /// <summary>Copies numbers from the host; done when it returns.</summary>
    internal unsafe void Upload<T>(ArrayView<T> target, ref T source, long count)
        where T : unmanaged
    {
        Device.Accelerator.Bind();
        // ILGPU takes the address and does not pin.
        fixed (T* pinned = &source)
        {
            target.CopyFromCPU(Native, ref *pinned, count);
            Native.Synchronize();
        }
    }

    /// <summary>Copies numbers to the host; done when it returns.</summary>
    internal unsafe void Download<T>(ArrayView<T> source, ref T target, long count)
        where T : unmanaged
    {
        Device.Accelerator.Bind();
        fixed (T* pinned = &target)
        {
            source.CopyToCPU(Native, ref *pinned, count);
            Native.Synchronize();
        }
    }

    /// <summary>How many groups, of how many threads, work on so many items. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public KernelConfig Groups(int items)
    {
        Device.Accelerator.Bind();
        return new(Math.Min(items, Device.MostGroups), Device.GroupSize);
    }

    /// <summary>Room for the tiles of every group that works on so many items. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ArrayView<float> Tiles(int items, int floats) => Rent(Purpose.Tiles, (long)Math.Min(items, Device.MostGroups) * floats);

    /// <summary>Places of so many tokens, <c>[rows]</c>. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public TensorView Places(long first, int rows)
    {
        if (first < _placed.First || first + rows > _placed.First + _placed.Rows)
        {
            var ahead = Math.Max(rows, 256);
            if (_places.Length < ahead) _places = new float[ahead];
            Levels.FillPlaces(first, ahead, ref _places[0]);
            Upload(Rent(Purpose.Places, ahead), ref _places[0], ahead);
            _placed = (first, ahead);
        }

        return new() { Data = Rent(Purpose.Places, 1).SubView(first - _placed.First), Time = 1 };
    }

    /// <summary>Cosines and sines of the angles of so many positions, <c>[rows,pairs]</c> each. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public (TensorView Cos, TensorView Sin) Angles(long first, int rows, int pairs, double numberBase, double step = 1)
    {
        var known = _tabulated;
        if (known.Pairs != pairs || known.Base != numberBase || known.Step != step || first < known.First || first + rows > known.First + known.Rows)
        {
            // Some positions ahead, so that steps need no new table each.
            var ahead = Math.Max(rows, 256);
            var floats = ahead * pairs;
            if (_angles.Length < 2 * floats) _angles = new float[2 * floats];
            Rotations.FillTable(first, ahead, pairs, numberBase, ref _angles[0], ref _angles[floats], pairs, step);
            var target = Rent(Purpose.Angles, 2L * floats);
            // Done when it returns: the array is filled again by a later call.
            Upload(target, ref _angles[0], 2L * floats);
            _tabulated = known = (first, ahead, pairs, numberBase, step);
        }

        var view = Rent(Purpose.Angles, 1);
        var skip = (first - known.First) * pairs;
        return (new() { Data = view.SubView(skip), Time = pairs }, new() { Data = view.SubView((long)known.Rows * pairs + skip), Time = pairs });
    }
}

/// <summary>What a stream's working memory is for.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum Purpose
{
    /// <summary>Tiles of the groups.</summary>
    Tiles,

    /// <summary>States of a call without a <c>State</c>, their gradients, states kept for the backward pass.</summary>
    States,

    /// <summary>Tables of angles.</summary>
    Angles,

    /// <summary>Places of tokens.</summary>
    Places,

    /// <summary>Outputs and log-sums that a call keeps for itself.</summary>
    Outputs,

    /// <summary>Rotated or copied keys, copied values, and the gradients of both.</summary>
    Keys,

    /// <summary>What items contribute to the gradients of learned parameters.</summary>
    Contributions,

    /// <summary>What a call derives from its inputs first.</summary>
    Prepared,

    /// <summary>Tensors of 16 bits, as floats.</summary>
    Floats,
}
