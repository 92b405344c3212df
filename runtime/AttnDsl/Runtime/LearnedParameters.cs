using System;
using System.ComponentModel;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Text;

namespace AttnDsl.Runtime;

/// <summary>What layers with learned parameters need: checks, and the sum of what the items of a backward kernel contribute.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LearnedParameters
{
    /// <summary>Checks that a parameter is there, of this shape and dense.</summary>
    /// <param name="tensor">The parameter.</param>
    /// <param name="name">Its name in <c>Parameters</c>.</param>
    /// <param name="letters">The shape in letters, such as <c>[H,K]</c>.</param>
    /// <param name="lengths">The shape.</param>
    /// <exception cref="ArgumentException">It is missing, has another shape or is not dense.</exception>
    public static void Check(in ReadOnlyTensorSpan<float> tensor, string name, string letters, params ReadOnlySpan<nint> lengths)
    {
        if (tensor.Rank == 0)
        {
            throw new ArgumentException($"{name} is missing: set Inputs.{name} to a tensor {letters}");
        }

        Check(tensor.Lengths, tensor.Strides, name, letters, lengths);
    }

    /// <summary>Checks that a place for a parameter's gradient is there, of this shape and dense.</summary>
    /// <inheritdoc cref="Check(in ReadOnlyTensorSpan{float}, string, string, ReadOnlySpan{nint})"/>
    public static void CheckGradient(in TensorSpan<float> tensor, string name, string letters, params ReadOnlySpan<nint> lengths)
    {
        if (tensor.Rank == 0)
        {
            throw new ArgumentException($"{name} is missing: pass a tensor {letters} to write to");
        }

        Check(tensor.Lengths, tensor.Strides, name, letters, lengths);
    }

    /// <summary>
    /// Adds what every item of a kernel contributed to a parameter's gradient, in the order of the items: the same sum whatever the
    /// number of threads.
    /// </summary>
    /// <param name="target">The gradient, one part for each head or one for all.</param>
    /// <param name="contributions"><c>[batch,heads,blocks,floats]</c>.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="heads">Heads among which the items were dealt.</param>
    /// <param name="blocks">Items a head.</param>
    /// <param name="floats">Floats of a part.</param>
    /// <param name="headsPerPart">How many heads share a part of the gradient; 0 when all do.</param>
    public static unsafe void Sum(in TensorSpan<float> target, nint contributions, int batch, int heads, int blocks, int floats, int headsPerPart)
    {
        if (floats == 0 || target.FlattenedLength == 0)
        {
            return;
        }

        ref float first = ref target.GetPinnableReference();
        var next = (float*)contributions;
        for (var b = 0; b < batch; b++)
        {
            for (var h = 0; h < heads; h++)
            {
                ref float part = ref Unsafe.Add(ref first, headsPerPart == 0 ? 0 : (nint)(h / headsPerPart) * floats);
                for (var block = 0; block < blocks; block++, next += floats)
                {
                    var sum = System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref part, floats);
                    TensorPrimitives.Add(sum, new ReadOnlySpan<float>(next, floats), sum);
                }
            }
        }
    }

    /// <summary>The same where sequences may differ in their numbers of blocks.</summary>
    /// <inheritdoc cref="Sum(in TensorSpan{float}, nint, int, int, int, int, int)"/>
    public static void Sum(in TensorSpan<float> target, nint contributions, Sequences sequences, int batch, int heads, int blocks, int floats, int headsPerPart)
    {
        if (sequences.AreAlike) Sum(in target, contributions, batch, heads, blocks, floats, headsPerPart);
        foreach (ref readonly var s in sequences.Table)
            Sum(in target, contributions + (nint)s.Contribution * floats * sizeof(float), 1, heads, s.Blocks, floats, headsPerPart);
    }

    private static void Check(ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides, string name, string letters, ReadOnlySpan<nint> expected)
    {
        if (!lengths.SequenceEqual(expected))
        {
            throw new ArgumentException($"{name} has shape {Text(lengths)}, expected {letters} = {Text(expected)}");
        }

        nint dense = 1;
        for (var axis = lengths.Length - 1; axis >= 0; axis--)
        {
            if (strides[axis] != dense && lengths[axis] > 1)
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                    $"{name} has stride {strides[axis]} along axis {axis}, expected {dense}: a learned parameter is one dense block {letters}; copy it with CopyTo into a dense tensor"));
            }

            dense *= lengths[axis];
        }
    }

    private static string Text(ReadOnlySpan<nint> lengths)
    {
        var text = new StringBuilder("[");
        for (var axis = 0; axis < lengths.Length; axis++)
        {
            text.Append(axis == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{lengths[axis]}");
        }

        return text.Append(']').ToString();
    }
}
