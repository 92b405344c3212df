using System;
using System.ComponentModel;
using System.Globalization;
using System.Numerics.Tensors;

namespace AttnDsl.Runtime;

/// <summary>Contiguous spans as tensors, their lengths checked.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Tensors
{
    /// <summary>Behind tensors without elements, whose shape no empty span can carry.</summary>
    private static readonly float[] s_empty = new float[1];

    /// <summary>A span as a tensor of these lengths.</summary>
    /// <param name="span">Exactly as many floats as the lengths multiply to.</param>
    /// <param name="lengths">Lengths; any may be 0.</param>
    /// <param name="name">Name of the span, for messages.</param>
    /// <param name="letters">Its shape in letters, such as [B,T,H,K].</param>
    /// <exception cref="ArgumentException">A length is negative, or the span is longer or shorter.</exception>
    public static ReadOnlyTensorSpan<float> Of(ReadOnlySpan<float> span, scoped ReadOnlySpan<nint> lengths, string name, string letters)
    {
        Check(span.Length, lengths, name, letters);
        return span.IsEmpty ? new(s_empty, lengths) : new(span, lengths);
    }

    /// <inheritdoc cref="Of(ReadOnlySpan{float}, ReadOnlySpan{nint}, string, string)"/>
    public static TensorSpan<float> Of(Span<float> span, scoped ReadOnlySpan<nint> lengths, string name, string letters)
    {
        Check(span.Length, lengths, name, letters);
        return span.IsEmpty ? new(s_empty, lengths) : new(span, lengths);
    }

    private static void Check(int actual, scoped ReadOnlySpan<nint> lengths, string name, string letters)
    {
        long expected = 1;
        foreach (var length in lengths)
        {
            if (length < 0) throw new ArgumentException($"{name} {letters} cannot have the lengths {Text(lengths)}: batch, time and heads are 0 or more");
            expected *= length;
        }

        if (actual != expected) throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name} has {actual} floats, expected {letters} = {Text(lengths)}: {expected} floats"));
    }

    private static string Text(scoped ReadOnlySpan<nint> lengths)
    {
        var text = "[";
        foreach (var length in lengths) text += (text.Length > 1 ? "," : "") + length.ToString(CultureInfo.InvariantCulture);
        return text + "]";
    }
}
