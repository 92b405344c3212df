using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Emit.Ptx;

/// <content>Products on the matrix units.</content>
internal sealed partial class PtxKernelWriter
{
    /// <summary>
    /// A product whose rows are the item's: one operand has them, in registers or in shared memory, the other is read from shared memory. A
    /// product whose columns are the item's is computed transposed.
    /// </summary>
    private void Multiply(PlanStep s, MatMul op)
    {
        var isTransposed = s.Target.Shape.Cols == _own && s.Target.Shape.Rows != _own;
        var (left, leftTurned, right, rightTurned) = isTransposed
            ? (s.Args[1], !op.TransposeB, s.Args[0], !op.TransposeA)
            : (s.Args[0], op.TransposeA, s.Args[1], op.TransposeB);
        var leftShape = leftTurned ? left.Shape.Transposed : left.Shape;
        if (leftShape.Rows != _own) throw new PtxUnsupportedException($"{s.Target.Name}: a product without the item's rows");
        var (leftFactor, rightFactor) = (Factor(ref left), Factor(ref right));
        if (_tiles[right] is not SharedTile shared) throw new PtxUnsupportedException($"{s.Target.Name}: {right.Name} is in registers");
        var factor = leftFactor * rightFactor;
        // In a sum the factor goes to the operand in registers; where it is in shared memory, to the sum, and what is there already is divided by it.
        var ofOperand = s.Accumulate && TileOf(left) is not SharedTile ? factor : 1;
        var target = Matrix(s.Target);
        if (s.Accumulate)
        {
            _factors.TryGetValue(s.Target, out var before);
            var there = (before == 0 ? 1 : before) * ofOperand / factor;
            if (there != 1)
            {
                foreach (var register in target.Registers.SelectMany(slab => slab).SelectMany(g => g)) _w.Op("mul.f32", register, register, PtxWriter.Constant(there));
            }
        }

        _factors.Remove(s.Target);
        if (factor != ofOperand && _plan.Program.Carries.Any(c => c.Next == s.Target)) throw new PtxUnsupportedException($"{s.Target.Name}: a factor that the next turn does not know");
        if (factor != ofOperand) _factors[s.Target] = factor / ofOperand;
        var inner = _plan.Sizes.Of(leftShape.Cols);
        var b = _w.New(PtxType.B32, "b", 4);
        for (var k = 0; k < inner / 16; k++)
        {
            var a = Operand(left, leftTurned, k, ofOperand);
            for (var pair = 0; pair < target.Groups / 2; pair++)
            {
                // Columns of the product are rows of a turned operand: it lies as the units want it.
                var (row, column) = rightTurned ? (pair * 16, k * 16) : (k * 16, pair * 16);
                Fetch4(b, shared, across: rightTurned, row, column, isTurned: !rightTurned);
                for (var slab = 0; slab < target.Slabs; slab++)
                {
                    for (var half = 0; half < 2; half++)
                    {
                        var sum = target.Registers[slab][2 * pair + half];
                        var before = k == 0 && !s.Accumulate ? Enumerable.Repeat(Zero, 4) : sum;
                        _w.Op("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", PtxWriter.Set(sum), PtxWriter.Set(a[slab]), PtxWriter.Set(b.Skip(2 * half).Take(2)), PtxWriter.Set(before));
                    }
                }
            }
        }

        if (_plan.Places[s.Target] is TensorRows rows) StoreFragments(rows.Tensor, s.Target.Shape, at => Scaled(s.Target, Register(s.Target, at)));
    }

    /// <summary>A number of a tile, by what the tile has yet to be multiplied.</summary>
    private string Scaled(Tile tile, string x) => _factors.TryGetValue(tile, out var factor) && factor != 1 ? _w.Float("x", "mul.f32", x, PtxWriter.Constant(factor)) : x;

    /// <summary>16 columns of the operand that has the item's rows, slab by slab.</summary>
    private string[][] Operand(Tile tile, bool isTurned, int k, double factor)
    {
        var a = Enumerable.Range(0, Slabs).Select(_ => _w.New(PtxType.B32, "a", 4)).ToArray();
        if (TileOf(tile) is SharedTile shared)
        {
            for (var slab = 0; slab < Slabs; slab++)
            {
                var (row, column) = isTurned ? (k * 16, slab * 16) : (slab * 16, k * 16);
                Fetch4(a[slab], shared, across: isTurned, row, column, isTurned, ofWarp: true);
            }

            return a;
        }

        var fragments = (Fragments)TileOf(tile);
        // Of rows that are not there the other operand is zero, and zero times what is computed here need not be zero.
        var isCut = !_isWhole && (isTurned ? tile.Shape.Rows : tile.Shape.Cols) == _plan.Program.Loop;
        for (var slab = 0; slab < Slabs; slab++)
        {
            for (var n = 0; n < 4; n++)
            {
                var (group, half) = (2 * k + n / 2, n % 2);
                var c = fragments.Registers[slab][group];
                _w.Op("cvt.rn.bf16x2.f32", a[slab][n], Taken(c[2 * half + 1], group, 1), Taken(c[2 * half], group, 0));
            }
        }

        return a;

        string Taken(string x, int group, int side)
        {
            if (factor != 1) x = _w.Float("x", "mul.f32", x, PtxWriter.Constant(factor));
            return isCut ? _w.Float("x", "selp.f32", x, PtxWriter.Constant(0), IsThere(group, side)) : x;
        }
    }

    /// <summary>Four 8×8 matrices from shared memory.</summary>
    /// <param name="across">Whether the second lies beside the first.</param>
    /// <param name="isTurned">Whether each is transposed on the way.</param>
    /// <param name="ofWarp">Whether rows, or columns where turned, are the warp's own part.</param>
    private void Fetch4(string[] to, SharedTile tile, bool across, int row, int column, bool isTurned, bool ofWarp = false)
    {
        var lane = LaneOffset(across, tile.Pitch);
        if (ofWarp) lane = _warpOffsets[(across, tile.Pitch, isTurned)];
        else if (tile.Stage != 0) lane = _staged[(across, tile.Pitch, tile.Stage)];
        _w.Op($"ldmatrix.sync.aligned.m8n8.x4{(isTurned ? ".trans" : "")}.shared.b16", PtxWriter.Set(to), $"[{lane}+{Literals.Integer(tile.Offset + row * tile.Pitch + column * 2)}]");
    }

    /// <summary>What a tile has yet to be multiplied by, with the tile that lies in memory.</summary>
    private double Factor(ref Tile tile)
    {
        var factor = 1.0;
        while (_scaled.TryGetValue(tile, out var of)) (tile, factor) = (of.Tile, factor * of.Factor);
        return factor;
    }

    /// <summary>Tiles that are others times a constant, never made.</summary>
    private readonly Dictionary<Tile, (Tile Tile, double Factor)> _scaled = [];

    /// <summary>Where a warp's own rows, or columns, begin.</summary>
    private readonly Dictionary<(bool Across, int Pitch, bool IsTurned), string> _warpOffsets = [];

    /// <summary>The same for the copy of a tile that belongs to this turn.</summary>
    private readonly Dictionary<(bool Across, int Pitch, int Stage), string> _staged = [];

    private string Zero => _zero;

    private string _zero = "";
}
