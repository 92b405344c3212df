namespace AttnDsl.Generator.Emit.Ptx;

/// <summary>Where a tile is while a kernel runs.</summary>
internal abstract record PtxTile;

/// <summary>
/// Spread over the registers of all threads as the matrix units leave a product: a warp has so many slabs of 16 rows, a thread two rows
/// of each, eight apart, and of each eight columns two.
/// </summary>
/// <param name="Registers">By slab, by group of eight columns, then (row, column), (row, column + 1), (row + 8, column), (row + 8, column + 1).</param>
/// <param name="IsTransposed">Whether the tile's columns are these rows.</param>
internal sealed record Fragments(string[][][] Registers, bool IsTransposed) : PtxTile
{
    public int Slabs => Registers.Length;

    public int Groups => Registers[0].Length;
}

/// <summary>One number a row of the fragments: by slab, then the thread's two rows; the four threads of a row have the same.</summary>
internal sealed record RowVector(string[][] Registers) : PtxTile;

/// <summary>One number a column of the fragments: by group of eight columns, then the thread's two.</summary>
internal sealed record ColumnVector(string[][] Registers) : PtxTile;

/// <summary>Numbers of 16 bits in shared memory, row by row; rows lie an odd number of 16 bytes apart, so that no two of eight meet in a bank.</summary>
/// <param name="Offset">Bytes from the start of shared memory.</param>
/// <param name="Stage">Bytes from one of two copies to the other; 0 where there is one.</param>
internal sealed record SharedTile(int Offset, int Rows, int Columns, int Stage) : PtxTile
{
    public int Pitch => PitchOf(Columns);

    public int Bytes => Rows * Pitch;

    public static int PitchOf(int columns) => ((columns / 8) | 1) * 16;
}

/// <summary>The same number for the whole block.</summary>
internal sealed record Scalar(string Register) : PtxTile;
