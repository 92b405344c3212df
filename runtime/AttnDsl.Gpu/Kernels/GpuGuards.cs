using System;
using System.ComponentModel;
using System.Globalization;

namespace AttnDsl.Gpu.Kernels;

/// <summary>Checks what a caller hands to a layer's GPU twin, with messages that say what was expected and what to do.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuGuards
{
    /// <summary>Lengths of the first tensor of a call, <c>[B,T,H,width]</c>; <paramref name="declared"/> heads, or 0 when any number will do.</summary>
    /// <exception cref="ArgumentException">The tensor is missing or of another shape.</exception>
    public static void Read(GpuTensor tensor, string name, string letters, int width, int declared, out int batch, out int time, out int heads)
    {
        Present(tensor, name, letters);
        var lengths = tensor.Lengths;
        if (lengths.Length != 4) throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name} has shape {GpuTensor.Text(lengths)}, expected four axes, {letters} with {letters[^2]} = {width}"));
        Input(tensor, name, letters, lengths[0], lengths[1], declared == 0 ? lengths[2] : declared, width);
        (batch, time, heads) = (lengths[0], lengths[1], lengths[2]);
    }

    /// <summary>Checks a tensor's shape.</summary>
    /// <exception cref="ArgumentException">The tensor is missing or of another shape.</exception>
    public static void Input(GpuTensor tensor, string name, string letters, int b, int t, int h, int width = -1)
    {
        Present(tensor, name, letters);
        ReadOnlySpan<int> expected = width < 0 ? [b, t, h] : [b, t, h, width];
        if (!tensor.Lengths.SequenceEqual(expected))
            throw new ArgumentException($"{name} has shape {GpuTensor.Text(tensor.Lengths)}, expected {letters} = {GpuTensor.Text(expected)}");
    }

    /// <summary>Checks a learned parameter's shape.</summary>
    /// <exception cref="ArgumentException">The tensor is missing or of another shape.</exception>
    public static void Parameter(GpuTensor tensor, string name, string letters, params ReadOnlySpan<int> lengths)
    {
        Present(tensor, name, letters);
        if (!tensor.Lengths.SequenceEqual(lengths))
            throw new ArgumentException($"{name} has shape {GpuTensor.Text(tensor.Lengths)}, expected {letters} = {GpuTensor.Text(lengths)}");
    }

    /// <summary>Queries, keys, values, outputs and their gradients are all of one format; everything else is floats.</summary>
    /// <exception cref="ArgumentException">One of them has another format.</exception>
    public static void Formats(ReadOnlySpan<GpuTensor> rows, params ReadOnlySpan<GpuTensor> floats)
    {
        foreach (var tensor in rows)
        {
            if (tensor.Format != rows[0].Format)
                throw new ArgumentException($"a tensor {GpuTensor.Text(tensor.Lengths)} is of {tensor.Format}, the call's first of {rows[0].Format}: queries, keys, values, outputs and their gradients have one format");
        }

        foreach (var tensor in floats)
        {
            if (tensor.Format != TensorFormat.Float32)
                throw new ArgumentException($"a tensor {GpuTensor.Text(tensor.Lengths)} is of {tensor.Format}: only queries, keys, values, outputs and their gradients may have 16 bits, gates and what is learned are floats");
        }
    }

    /// <summary>Refuses to write where an input lies.</summary>
    public static void Apart(GpuTensor output, GpuTensor input, string inputName, string outputName = "the output")
    {
        if (ReferenceEquals(output, input))
            throw new ArgumentException($"{outputName} and {inputName} are one tensor, which would be used after it is overwritten: pass a tensor of its own");
    }

    /// <summary>Refuses one state in two places.</summary>
    public static void Apart(object? state, object? other, string name, string otherName)
    {
        if (state is not null && ReferenceEquals(state, other)) throw new ArgumentException($"{name} and {otherName} are one state: make a state of its own for each, or Fork one");
    }

    /// <summary>The stream on which to run; every tensor must lie on its device.</summary>
    public static GpuStream Stream(GpuStream? stream, params ReadOnlySpan<GpuTensor> tensors)
    {
        var on = stream ?? tensors[0].Device.DefaultStream;
        foreach (var tensor in tensors)
        {
            if (tensor.Device != on.Device)
                throw new ArgumentException($"a tensor {GpuTensor.Text(tensor.Lengths)} lies on {GpuDevice.Other(tensor.Device, on.Device)}: all tensors, the state and the stream must belong to one device");
        }

        return on;
    }

    /// <summary>Refuses a step over any number of tokens but one.</summary>
    public static void OneToken(GpuTensor q)
    {
        if (q is not null && q.Lengths is { Length: 4 } lengths && lengths[1] != 1)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Step takes one token a sequence, but its inputs have T = {lengths[1]}; use Prefill for more"));
    }

    private static void Present(GpuTensor? tensor, string name, string letters)
    {
        if (tensor is null) throw new ArgumentException($"{name} is missing: pass a tensor {letters}");
        if (tensor.IsDisposed) throw new ObjectDisposedException(name, $"{name} was disposed before the call");
    }
}
