using System;
using System.Linq;
using System.Numerics.Tensors;

namespace AttnDsl.Golden.Vectors;

/// <summary>A tensor in an array; axis 1 is time.</summary>
internal sealed record FloatTensor(float[] Data, int[] Shape)
{
    /// <summary>Where it begins in <see cref="Data"/>.</summary>
    public int Offset { get; init; }

    /// <summary>Distance of neighbours along each axis; contiguous unless set.</summary>
    public int[] Strides { get; init; } = Contiguous(Shape);

    /// <summary>Zeros would hide an output that was never written; NaN does not.</summary>
    public static FloatTensor Poisoned(params int[] shape)
    {
        var data = new float[shape.Aggregate(1, (length, axis) => length * axis)];
        Array.Fill(data, float.NaN);
        return new(data, shape);
    }

    /// <summary>All of it.</summary>
    public TensorSpan<float> Span => Shape.Length == 1 ? new(Data.AsSpan(Offset), [Shape[0]]) : Time(0, Shape[1]);

    /// <summary>Whether it has no axes of sequences and tokens: a learned parameter.</summary>
    public bool IsLearned { get; init; } = Shape.Length <= 2;

    /// <summary>The same elements under other axes.</summary>
    public FloatTensor As(params int[] shape) => new(Data, shape) { IsLearned = IsLearned };

    /// <summary>Blocks of cells [cols,rows] as [rows,cols], one after the other.</summary>
    public FloatTensor Turned(int rows, int cols, params int[] shape)
    {
        var data = new float[Data.Length];
        for (var n = 0; n < data.Length; n++)
        {
            var (block, row, col) = (n / (rows * cols), n / cols % rows, n % cols);
            data[n] = Data[(block * rows * cols) + (col * rows) + row];
        }

        return new(data, shape) { IsLearned = IsLearned };
    }

    /// <summary>Tokens start … start + count − 1 of every sequence, in place.</summary>
    public TensorSpan<float> Time(int start, int count)
    {
        var lengths = Array.ConvertAll(Shape, axis => (nint)axis);
        lengths[1] = count;
        if (lengths.Contains(0))
        {
            return new(Data, lengths);
        }

        // TensorSpan wants stride 0 along an axis of length 1.
        var strides = lengths.Select((length, axis) => length == 1 ? 0 : (nint)Strides[axis]).ToArray();
        return new(Data.AsSpan(Offset + (start * Strides[1])), lengths, strides);
    }

    private static int[] Contiguous(int[] shape)
    {
        var strides = new int[shape.Length];
        var stride = 1;
        for (var axis = shape.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }

        return strides;
    }
}
