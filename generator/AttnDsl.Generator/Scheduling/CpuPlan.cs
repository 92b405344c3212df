using System.Collections.Generic;
using System.Linq;
using System.Text;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Scheduling;

/// <summary>One operation with its place: where the result lies, whether it is added to what lies there, and what of it is a triangle.</summary>
internal sealed record PlanStep(Primitive Op, IReadOnlyList<Tile> Args, Tile Target, string Stage, bool Accumulate = false, Triangle Triangle = Triangle.None)
{
    /// <summary>Whether reading along a state also leaves in it what <see cref="StateAfter"/> says.</summary>
    public bool Advances { get; init; }

    /// <summary>Whether this folds, down the rows, the very tile that the step in front of it makes: one loop does both.</summary>
    public bool Folds(PlanStep before) =>
        Op is Reduce { Along: Along.Rows, Expr: Arg { Index: 0 } } && before is { Op: Map { Shape: { IsVector: false } shape }, Accumulate: false } && Args[0] == before.Target && !Triangles.IsOwn(shape);

    public override string ToString() => Op is Store
        ? Op.Describe([.. Args.Select(a => a.Name)])
        : $"{Target.Name} {(Accumulate ? "+=" : "=")} {Op.Describe([.. Args.Select(a => a.Name)])}{(Triangle == Triangle.None ? "" : ", the lower triangle")}{(Advances ? ", which moves on" : "")}";
}

/// <summary>Where a tile lives.</summary>
internal abstract record Storage;

/// <summary>In the rows of a tensor that belong to this turn.</summary>
internal sealed record TensorRows(string Tensor) : Storage
{
    public override string ToString() => $"rows of {Tensor}";
}

/// <summary>Where a tensor keeps what belongs to this turn's block.</summary>
internal sealed record TensorSlot(string Tensor) : Storage
{
    public override string ToString() => $"this turn of {Tensor}";
}

/// <summary>A whole tensor: a state, a head's part of a parameter.</summary>
internal sealed record WholeTensor(string Tensor) : Storage
{
    public override string ToString() => $"all of {Tensor}";
}

/// <summary>In the worker's scratch memory, every row padded to a multiple of 16 floats, so that whole vectors may be read and written.</summary>
internal sealed record Scratch(int Offset) : Storage
{
    public override string ToString() => $"scratch {Emit.Literals.Integer(Offset)}";
}

/// <summary>What the lengths of the dimensions are: constants, except the blocks of time, which may be shorter at the end.</summary>
internal sealed record BlockSizes(int C, int R, int K, int V, int F, int M = 0)
{
    /// <summary>What a feature map has beside F.</summary>
    public IReadOnlyList<(string Letter, int Size)> Others { get; init; } = [];

    /// <summary>The length, or the greatest length, of a dimension.</summary>
    public int Of(Dim dim) => dim.Letter switch
    {
        "1" => 1,
        "C" => C,
        "R" => R,
        "K" => K,
        "V" => V,
        "F" => F,
        "P" => K / 2,
        { Length: > 1 } product => product.Aggregate(1, (cells, letter) => cells * Of(new(letter.ToString()))),
        "M" => M,
        _ => Others.First(o => o.Letter == dim.Letter).Size,
    };
}

/// <summary>A program with every decision of the CPU lowering made: fused, in order, every tile placed. The writer only prints it.</summary>
internal sealed record CpuPlan(
    TileProgram Program,
    BlockSizes Sizes,
    IReadOnlyList<PlanStep> Head,
    IReadOnlyList<PlanStep> Body,
    IReadOnlyList<PlanStep> Tail,
    IReadOnlyDictionary<Tile, Storage> Places,
    int ScratchOffset,
    int ScratchFloats)
{
    public IEnumerable<PlanStep> Steps => Head.Concat(Body).Concat(Tail);

    /// <summary>The steps in order, each with the place of its result; what is read where it lies needs none.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"plan {Program.Name}: C = {Sizes.C}, K = {Sizes.K}, V = {Sizes.V}; {ScratchOffset} floats of tiles, {ScratchFloats - ScratchOffset} for primitives\n");
        var indent = "  ";
        if (Program.GridText is { } grid)
        {
            text.Append($"  {grid}\n");
            indent += "  ";
        }

        var width = Steps.Select(s => Places[s.Target].ToString().Length).DefaultIfEmpty(0).Max();
        Append(Head, indent);
        text.Append($"{indent}{Program.LoopText}\n");
        Append(Body, indent + "  ");
        Append(Tail, indent);
        return text.ToString();

        void Append(IEnumerable<PlanStep> steps, string indent)
        {
            foreach (var s in steps.Where(s => !IsRead(s))) text.Append($"{indent}{(s.Op is Store ? "" : Places[s.Target].ToString()).PadRight(width)}  {s}\n");
        }

        bool IsRead(PlanStep s) => s.Op is StopGradient || (s.Op is Load && Places[s.Target] is not Scratch) || (s.Op is Transpose && s.Target.Shape.IsVector);
    }

    /// <summary>Rounded up to whole vectors of the widest machine.</summary>
    public static int Padded(int floats) => (floats + 15) / 16 * 16;
}
