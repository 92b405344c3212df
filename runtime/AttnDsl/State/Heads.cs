using System;
using System.ComponentModel;
using System.Numerics.Tensors;

namespace AttnDsl.Runtime;

/// <summary>Reads batch, time and head count off the first tensor of a call, and checks how heads are grouped.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Heads
{
    /// <summary>Lengths of a tensor <c>[B,T,H,width]</c>; <paramref name="declared"/> heads, or 0 when any number will do.</summary>
    /// <exception cref="ArgumentException">The tensor is missing or of another shape.</exception>
    public static void Read(scoped in ReadOnlyTensorSpan<float> tensor, string name, string letters, int width, int declared, out int batch, out int time, out int heads)
    {
        var lengths = tensor.Lengths;
        var h = lengths.Length == 4 && declared == 0 ? lengths[2] : declared;
        if (lengths.Length is not (0 or 4)) throw new ArgumentException($"{name} has shape {Guards.Shape(lengths)}, expected four axes, {letters} with {letters[^2]} = {width}");
        Guards.Input(tensor, name, letters, lengths.Length == 4 ? lengths[0] : 0, lengths.Length == 4 ? lengths[1] : 0, h, width);
        (batch, time, heads) = (checked((int)lengths[0]), checked((int)lengths[1]), checked((int)h));
    }

    /// <summary>Refuses a step over any number of tokens but one.</summary>
    public static void OneToken(scoped in ReadOnlyTensorSpan<float> q)
    {
        if (q.Lengths is { Length: 4 } lengths && lengths[1] != 1)
            throw new ArgumentException($"Step takes one token a sequence, but its inputs have T = {lengths[1]}; use Prefill for more");
    }

    /// <summary>Refuses a number of heads that does not group evenly.</summary>
    public static int Group(int many, int few, string what, string ofWhat) => few > 0 && many % few == 0
        ? many / few
        : throw new ArgumentException($"{many} {what} cannot be dealt evenly to {few} {ofWhat}; use a multiple of {few}");
}
