using System;
using System.Runtime.InteropServices;
using Xunit;

namespace AttnDsl.Tests.Support;

/// <summary>
/// A strided matrix in native memory that ends where the process may not touch anything. Gaps between rows and the space in front
/// hold canaries: one NaN of known bits, which shows both a write and, by spreading, a read that has an effect.
/// </summary>
internal sealed unsafe class Matrix : IDisposable
{
    private const int CanaryBits = 0x7FC0_1234;
    private const int Front = 32;

    private readonly GuardedMemory _memory;
    private readonly float* _start;

    public Matrix(int rows, int cols, int gap = 0)
    {
        Rows = rows;
        Cols = cols;
        Stride = cols + gap;
        int floats = rows == 0 ? 0 : ((rows - 1) * Stride) + cols;
        _memory = new GuardedMemory((Front + floats) * sizeof(float));
        _start = (float*)_memory.Start + Front;
        new Span<int>((int*)_memory.Start, Front + floats).Fill(CanaryBits);
    }

    public int Rows { get; }

    public int Cols { get; }

    public int Stride { get; }

    public ref float Ref => ref *_start;

    public ref float this[int i, int j]
    {
        get
        {
            Assert.InRange(i, 0, Rows - 1);
            Assert.InRange(j, 0, Cols - 1);
            return ref _start[(i * (nint)Stride) + j];
        }
    }

    public static Matrix Random(Random random, int rows, int cols, int gap = 0, float low = -1, float high = 1)
    {
        var matrix = new Matrix(rows, cols, gap);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < cols; j++)
            {
                matrix[i, j] = low + ((high - low) * random.NextSingle());
            }
        }

        return matrix;
    }

    public Matrix Copy(int gap)
    {
        var copy = new Matrix(Rows, Cols, gap);
        for (int i = 0; i < Rows; i++)
        {
            for (int j = 0; j < Cols; j++)
            {
                copy[i, j] = this[i, j];
            }
        }

        return copy;
    }

    /// <summary>Fails when anything outside the elements has been written.</summary>
    public void CheckCanaries()
    {
        CheckCanaries(-Front, 0);
        for (int i = 0; i + 1 < Rows; i++)
        {
            CheckCanaries((i * Stride) + Cols, (i + 1) * Stride);
        }
    }

    public void Dispose() => _memory.Dispose();

    private void CheckCanaries(int from, int to)
    {
        for (int at = from; at < to; at++)
        {
            if (((int*)_start)[at] != CanaryBits)
            {
                Assert.Fail($"Wrote outside of a [{Rows},{Cols}] matrix, stride {Stride}, at float {at}");
            }
        }
    }
}
