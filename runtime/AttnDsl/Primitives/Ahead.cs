using System;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace AttnDsl.Primitives;

/// <summary>Rows that will be needed next: asked for beside other work, because rows of one head lie apart, and hardware does not guess the next ones.</summary>
/// <remarks>
/// Asked for all at once they queue up, and what is worked on meanwhile waits behind them: a fifth to a quarter of the time of a layer
/// whose state runs along the tokens. Loops that are long enough ask for two lines a turn.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct Ahead
{
    private const int LineBytes = 64;

    /// <summary>Lines that are asked for together.</summary>
    private const int PairBytes = 2 * LineBytes;

    private readonly int _rows;

    private Tensors _tensors;

    private int _count;

    private int _tensor;

    private int _pair;

    private int _row;

    /// <summary>Nothing yet.</summary>
    /// <param name="rows">Rows there are of every tensor, at least 0.</param>
    public Ahead(int rows) => _rows = rows;

    /// <summary>Has rows brought near the core while it works on others. They need not exist.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="cols">Floats of each.</param>
    /// <param name="x">The first.</param>
    /// <param name="xRow">Floats from row to row.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Fetch(int rows, int cols, ref float x, nint xRow)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        nint row = (nint)Unsafe.AsPointer(ref x);
        int lines = Lines(row, cols);
        for (int i = 0; i < rows; i++)
        {
            for (int line = 0; line < lines; line++)
            {
                Sse.Prefetch0((byte*)row + (line * LineBytes));
            }

            row += xRow * sizeof(float);
        }
    }

    /// <summary>Rows of one more tensor. They need not exist.</summary>
    /// <param name="cols">Floats of each.</param>
    /// <param name="x">The first.</param>
    /// <param name="xRow">Floats from row to row.</param>
    public void Add(int cols, ref float x, nint xRow)
    {
        if (_rows <= 0 || !Sse.IsSupported)
        {
            return;
        }

        if (_count == Tensors.Most)
        {
            Fetch(_rows, cols, ref x, xRow);
            return;
        }

        nint row = (nint)Unsafe.AsPointer(ref x);
        _tensors[_count++] = new() { First = row, Step = xRow * sizeof(float), Pairs = (Lines(row, cols) + 1) / 2 };
    }

    /// <summary>What a loop asks for: a pair of lines, from which it moves on by <paramref name="step"/> bytes a turn.</summary>
    /// <param name="turns">Turns of the loop.</param>
    /// <param name="step">0 where nothing is left: the same pair again and again costs nothing.</param>
    /// <remarks>Inlined, because vectors do not stay in registers across a call.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Take(int turns, out nint step)
    {
        if (_tensor == _count)
        {
            step = 0;
            return (nint)Unsafe.AsPointer(ref this);
        }

        ref Rows rows = ref _tensors[_tensor];
        step = rows.Step;
        nint line = rows.First + (_row * step) + (_pair * PairBytes);
        _row += turns;
        if (_row >= _rows)
        {
            _row = 0;
            if (++_pair == rows.Pairs)
            {
                _pair = 0;
                _tensor++;
            }
        }

        return line;
    }

    /// <summary>Asks for a pair of lines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Fetch(nint pair)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1((byte*)pair);
            Sse.Prefetch1((byte*)pair + LineBytes);
        }
    }

    /// <summary>Asks for what no loop has asked for.</summary>
    [MethodImpl(Jit.Kernel)]
    internal void Finish()
    {
        while (_tensor < _count)
        {
            int rows = _rows - _row;
            for (nint pair = Take(rows, out nint step); rows > 0; rows--, pair += step)
            {
                Fetch(pair);
            }
        }
    }

    private static int Lines(nint row, int cols) => (int)(((row & (LineBytes - 1)) + (cols * sizeof(float)) + LineBytes - 1) / LineBytes);

    private struct Rows
    {
        public nint First;

        public nint Step;

        public int Pairs;
    }

    [InlineArray(Most)]
    private struct Tensors
    {
        public const int Most = 12;

        private Rows _first;
    }
}
