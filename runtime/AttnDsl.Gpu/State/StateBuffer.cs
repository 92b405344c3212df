using System;
using System.ComponentModel;
using System.Globalization;
using AttnDsl.Gpu.Kernels;
using AttnDsl.Runtime;
using ILGPU;
using ILGPU.Runtime;

namespace AttnDsl.Gpu;

/// <summary>The memory behind a generated <c>Gpu.State</c>: on the device what <see cref="StateMemory"/> is on the host, unit for unit.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class StateBuffer : IDisposable
{
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _buffer;
    private readonly string _layer;

    /// <param name="device">Where it shall lie.</param>
    /// <param name="layer">Name of the layer, for messages.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="heads">Heads that have a unit each.</param>
    /// <param name="unitFloats">Floats of a unit.</param>
    public StateBuffer(GpuDevice device, string layer, int batch, int heads, int unitFloats)
    {
        ArgumentNullException.ThrowIfNull(device);
        _ = StateMemory.FloatCount(layer, batch, heads, unitFloats);
        (Device, _layer, Batch, Heads, UnitFloats) = (device, layer, batch, heads, unitFloats);
        _buffer = device.Allocate(Floats);
    }

    /// <summary>Where it lies.</summary>
    public GpuDevice Device { get; }

    /// <summary>Number of sequences.</summary>
    public int Batch { get; }

    /// <summary>Number of heads that have a unit each.</summary>
    public int Heads { get; }

    /// <summary>Floats of one head of one sequence.</summary>
    public int UnitFloats { get; }

    /// <summary>Tokens seen.</summary>
    public long Position { get; set; }

    /// <summary>The units.</summary>
    public ArrayView<float> Units => _buffer.View.BaseView;

    private long Floats => (long)Batch * Heads * UnitFloats;

    /// <summary>Refuses inputs that belong to another state, or a stream of another device.</summary>
    public void Match(int batch, int heads, GpuStream stream)
    {
        Alive();
        if (batch != Batch) throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"the inputs have batch B = {batch}, but this state of {_layer} was made for B = {Batch}; make a state for each batch size"));
        if (heads != Heads) throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"the inputs have {heads} heads, but this state of {_layer} was made for {Heads}"));
        if (stream.Device != Device) throw new ArgumentException($"this state of {_layer} lies on {GpuDevice.Other(Device, stream.Device)}");
    }

    /// <summary>Every float zero, position 0.</summary>
    public void Clear(GpuStream? stream)
    {
        Alive();
        Device.Accelerator.Bind();
        _buffer.MemSetToZero((stream ?? Device.DefaultStream).Native);
        Position = 0;
    }

    /// <summary>Fills a part of every unit.</summary>
    public void Fill(GpuStream? stream, int offset, int count, float value) =>
        StateKernels.Fill(stream ?? Device.DefaultStream, Units, Batch * Heads, UnitFloats, offset, count, value);

    /// <summary>The same contents in memory of its own.</summary>
    public StateBuffer Fork(GpuStream? stream)
    {
        Alive();
        var fork = new StateBuffer(Device, _layer, Batch, Heads, UnitFloats) { Position = Position };
        Units.CopyTo((stream ?? Device.DefaultStream).Native, fork.Units);
        return fork;
    }

    /// <summary>Copies the contents to a state on the host; done when it returns.</summary>
    public void CopyTo(StateMemory host, GpuStream? stream)
    {
        MatchHost(host);
        CopyTo(ref host.Units(), stream);
        host.Position = Position;
    }

    /// <summary>Takes the contents of a state on the host; done when it returns.</summary>
    public void CopyFrom(StateMemory host, GpuStream? stream)
    {
        MatchHost(host);
        MatchAges(host.AreAlike);
        CopyFrom(ref host.Units(), stream);
        Position = host.Position;
    }

    /// <summary>Makes one sequence stand where another one does.</summary>
    public void CopySlot(int from, int to, GpuStream? stream)
    {
        Alive();
        foreach (var slot in new[] { from, to })
        {
            if ((uint)slot >= (uint)Batch) throw new ArgumentOutOfRangeException(nameof(from), slot, string.Create(CultureInfo.InvariantCulture, $"this state of {_layer} has the slots 0 to {Batch - 1}"));
        }

        var floats = (long)Heads * UnitFloats;
        if (from != to) Units.SubView(from * floats, floats).CopyTo((stream ?? Device.DefaultStream).Native, Units.SubView(to * floats, floats));
    }

    /// <summary>Refuses a state on the host whose sequences stand at different places.</summary>
    internal void MatchAges(bool areAlike)
    {
        if (!areAlike) throw new ArgumentException($"the sequences of the state of {_layer} on the host have seen different numbers of tokens, but on a device they go on together; copy those of one age to a state of their own with CopySlot");
    }

    /// <summary>Copies the units to the host; done when it returns.</summary>
    public void CopyTo(ref float units, GpuStream? stream)
    {
        Alive();
        (stream ?? Device.DefaultStream).Download(Units, ref units, Floats);
    }

    /// <summary>Takes the units from the host; done when it returns.</summary>
    public void CopyFrom(ref float units, GpuStream? stream)
    {
        Alive();
        (stream ?? Device.DefaultStream).Upload(Units, ref units, Floats);
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _buffer.Dispose();

    private void Alive()
    {
        if (_buffer.IsDisposed) throw new ObjectDisposedException(_layer, $"this state of {_layer} was disposed before the call");
    }

    private void MatchHost(StateMemory host)
    {
        if (host.Batch != Batch || host.Heads != Heads)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"the state of {_layer} on the host is of batch {host.Batch} and {host.Heads} heads, the one on the device of batch {Batch} and {Heads} heads: make the two for the same"));
    }
}
