using System;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Text;

namespace AttnDsl.Runtime;

/// <summary>Checks what a caller hands to a layer, with messages that say what was expected and what to do.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Guards
{
    /// <summary>Checks the shape of an input and that its last axis is contiguous.</summary>
    /// <param name="tensor">The input.</param>
    /// <param name="name">Its name in <c>Inputs</c>.</param>
    /// <param name="letters">The shape in letters, <c>[B,T,H,K]</c> or <c>[B,T,H]</c>.</param>
    /// <param name="d0">Expected length of axis 0.</param>
    /// <param name="d1">Expected length of axis 1.</param>
    /// <param name="d2">Expected length of axis 2.</param>
    /// <param name="d3">Expected length of axis 3, −1 for a tensor of rank 3.</param>
    public static void Input(in ReadOnlyTensorSpan<float> tensor, string name, string letters, nint d0, nint d1, nint d2, nint d3 = -1)
    {
        if (tensor.Rank == 0)
        {
            throw new ArgumentException($"{name} is missing: {(char.IsUpper(name[0]) ? $"set Inputs.{name} to" : "pass")} a tensor {letters}");
        }

        CheckLayout(tensor.Lengths, tensor.Strides, name, letters, d0, d1, d2, d3);
    }

    /// <summary>Checks the shape of an output, that its last axis is contiguous and that its elements are places of their own.</summary>
    /// <inheritdoc cref="Input" path="/param"/>
    public static void Output(in TensorSpan<float> tensor, string name, string letters, nint d0, nint d1, nint d2, nint d3 = -1)
    {
        if (tensor.Rank == 0)
        {
            throw new ArgumentException($"{name} is missing: pass a tensor {letters} to write to");
        }

        ReadOnlySpan<nint> lengths = tensor.Lengths;
        ReadOnlySpan<nint> strides = tensor.Strides;
        CheckLayout(lengths, strides, name, letters, d0, d1, d2, d3);
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            // A tensor without elements reports stride 0 along its outer axes.
            if (strides[axis] == 0 && lengths[axis] > 1 && tensor.FlattenedLength > 0)
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                    $"{name} repeats its elements along axis {axis} (stride 0): pass a tensor {letters} with memory for every element"));
            }
        }
    }

    /// <summary>The strides of a tensor [B,T,H,…], without an address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorArg Arg(in ReadOnlyTensorSpan<float> tensor) => Arg(tensor.Strides);

    /// <inheritdoc cref="Arg(in ReadOnlyTensorSpan{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorArg Arg(in TensorSpan<float> tensor) => Arg(tensor.Strides);

    /// <summary>The first element; a null reference when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref float Reference(in ReadOnlyTensorSpan<float> tensor) => ref Unsafe.AsRef(in tensor.GetPinnableReference());

    /// <inheritdoc cref="Reference(in ReadOnlyTensorSpan{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref float Reference(in TensorSpan<float> tensor) => ref tensor.GetPinnableReference();

    /// <summary>Throws when the memory that the output spans overlaps the memory that the input spans.</summary>
    public static void Apart(in TensorSpan<float> output, in ReadOnlyTensorSpan<float> input, string inputName, string outputName = "the output")
    {
        if (output.FlattenedLength == 0 || input.FlattenedLength == 0)
        {
            return;
        }

        nint inputStart = Unsafe.ByteOffset(in output.GetPinnableReference(), in input.GetPinnableReference()) / sizeof(float);
        if (inputStart < Extent(output.Lengths, output.Strides) && -inputStart < Extent(input.Lengths, input.Strides))
        {
            throw new ArgumentException($"{outputName} overlaps {inputName} in memory, which would be read after it is overwritten: pass a tensor of its own");
        }
    }

    /// <summary>Throws when two outputs are the same memory. (Slices of one fused row may lie between each other.)</summary>
    public static void Distinct(in TensorSpan<float> output, string name, in TensorSpan<float> other, string otherName)
    {
        if (output.FlattenedLength > 0 && other.FlattenedLength > 0 && Unsafe.AreSame(in output.GetPinnableReference(), in other.GetPinnableReference()))
        {
            throw new ArgumentException($"{name} and {otherName} are the same memory, so one would overwrite the other: pass tensors of their own");
        }
    }

    private static TensorArg Arg(ReadOnlySpan<nint> strides) => new() { Batch = strides[0], Time = strides[1], Head = strides[2] };

    /// <summary>Floats from the first element to behind the last.</summary>
    private static nint Extent(ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides)
    {
        nint extent = 1;
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            extent += (lengths[axis] - 1) * strides[axis];
        }

        return extent;
    }

    private static void CheckLayout(ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides, string name, string letters, nint d0, nint d1, nint d2, nint d3)
    {
        int rank = d3 < 0 ? 3 : 4;
        if (lengths.Length != rank || lengths[0] != d0 || lengths[1] != d1 || lengths[2] != d2 || (rank == 4 && lengths[3] != d3))
        {
            ReadOnlySpan<nint> expected = [d0, d1, d2, d3];
            throw new ArgumentException($"{name} has shape {Shape(lengths)}, expected {letters} = {Shape(expected[..rank])}");
        }

        if (strides[rank - 1] != 1 && lengths[rank - 1] > 1)
        {
            ThrowStride(strides[rank - 1], name, letters);
        }
    }

    [DoesNotReturn]
    private static void ThrowStride(nint stride, string name, string letters) =>
        throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
            $"{name} has stride {stride} along its last axis, expected 1: copy it with CopyTo into a dense tensor {letters}, or arrange its memory so before the call"));

    internal static string Shape(ReadOnlySpan<nint> lengths)
    {
        var text = new StringBuilder("[");
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            text.Append(axis == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{lengths[axis]}");
        }

        return text.Append(']').ToString();
    }
}
