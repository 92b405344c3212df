using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Tests.Interpretation;

namespace AttnDsl.Generator.Tests.Derivatives;

/// <summary>
/// What a small program around one primitive is drawn from: sizes, where its arguments lie, their values. Arguments along time are rows of
/// each turn's block; others are loaded for each turn, or once in the head so that all turns share them.
/// </summary>
internal sealed class Sketch
{
    private readonly Random _random;
    private readonly bool[] _shared;

    private Sketch(PrimitiveCase variant, Random random)
    {
        (Case, _random) = (variant, random);
        var size = new Dictionary<Dim, int> { [Dim.C] = random.Next(1, 6), [Dim.K] = Length(), [Dim.V] = Length(), [Dim.M] = Length(), [Dim.L] = Length(), [Dim.U] = Length(), [Dim.E] = 4, [Dim.X] = Length(), [Dim.D] = Length(), [Dim.W] = Length() };
        if (variant.Dims.Contains(Dim.P)) size[Dim.K] = 2 * (size[Dim.P] = random.Next(0, 4));
        if (variant.Dims.Contains(Dim.I)) (size[Dim.I], size[Dim.J]) = (random.Next(1, 6), Length());
        Sizes = size;
        FollowChannels();
        // A tile that has the block's tokens across has all of them, so that every element of its tensor is somebody's.
        var whole = variant.Args.Select(a => a.Shape).Append(variant.Result).Any(s => s.Cols == Dim.C);
        Time = whole ? random.Next(0, 3) * size[Dim.C] : random.Next(0, 9);
        _shared = [.. variant.Args.Select(a => a.Shape.Rows != Dim.C && a.Shape.Cols != Dim.C && random.Next(2) == 0)];
        // Two arguments of one kind are at times one tile.
        Twin = variant.Args.Length > 1 && variant.Args[0] == variant.Args[1] && random.Next(4) == 0;

        int Length() => random.Next(5) switch { 0 => 0, 1 => 1, _ => random.Next(2, 6) };
    }

    public PrimitiveCase Case { get; }

    public Dictionary<Dim, int> Sizes { get; }

    public int Time { get; }

    public bool Twin { get; }

    public Setting Setting => new(SizeOf, Time) { Head = 3, HoldsStabilisers = true };

    public static Sketch Draw(PrimitiveCase variant, int seed) => new(variant, new Random(seed));

    /// <summary>Dimensions that are said to be 1 in the program, and are.</summary>
    public List<Dim> DrawOnes(double chance)
    {
        // Pairs need two channels.
        var ones = Case.Dims.Where(d => d != Dim.P && d != Dim.F && d != Dim.E && !(d == Dim.K && Case.Dims.Contains(Dim.P))).Where(_ => _random.NextDouble() < chance).ToList();
        foreach (var d in ones) Sizes[d] = 1;
        FollowChannels();
        return ones;
    }

    /// <summary>Loads, the primitive, a store of its result as <c>y</c>.</summary>
    /// <param name="ones">Dimensions written as 1.</param>
    /// <param name="simplifies">Through the builder, which asks the primitive to simplify itself; else as it stands.</param>
    /// <param name="zero">An argument that the builder knows to be zero.</param>
    public TileProgram Program(ICollection<Dim> ones, bool simplifies = true, int? zero = null)
    {
        var variant = Case.With(ones);
        var p = new ProgramBuilder("sketch", ones.Contains(Dim.C) ? Dim.One : Dim.C);
        var args = new List<Tile>();
        for (var n = 0; n < variant.Args.Length; n++)
        {
            var arg = variant.Args[n];
            var access = AccessOf(n);
            var region = access is Access.Whole or Access.Parameter ? p.Head : p.Body;
            args.Add(n == zero ? p.Body.Fill("zero", arg.Shape, 0) : Twin && n == 1 ? args[0] : region.Load(NameOf(n), arg.Shape.Rows, arg.Shape.Cols, access, arg.IsFixed));
        }

        switch (variant.Op)
        {
            case Load load:
                var region = load.Access is Access.Whole or Access.Parameter ? p.Head : p.Body;
                p.Body.Store("y", region.Emit("x", load), load.Access == Access.Rows ? Access.Rows : Access.Slot);
                break;
            case Store store:
                (store.Access is Access.Whole or Access.Parameter ? p.Tail : p.Body).Store(store.Tensor, args[0], store.Access, store.Accumulate);
                break;
            default:
                p.Body.Store("y", Result(p.Body, variant.Op, [.. args], simplifies), Case.Result.Rows == Dim.C ? Access.Rows : Access.Slot);
                break;
        }

        return p.Build();
    }

    /// <summary>Tensors for the program: standard values, the same whichever way it is written.</summary>
    public NamedValues Values(int? zero = null)
    {
        var values = new NamedValues();
        var turns = (Time + Sizes[Dim.C] - 1) / Sizes[Dim.C];
        var strength = _random.Next(2) == 0 ? 1.0 : 25;
        for (var n = 0; n < Case.Args.Length; n++)
        {
            if (!(Twin && n == 1)) values.Add(NameOf(n), Draw(Case.Args[n].Shape, AccessOf(n), n == zero ? () => 0 : Of(Case.Args[n].Values)));
        }

        if (Case.Op is Load load) values.Add(load.Tensor, Draw(load.Shape, load.Access, Normal));
        return values;

        Func<double> Of(Values kind) => kind switch
        {
            Derivatives.Values.Gates => () => -strength * _random.NextDouble(),
            Derivatives.Values.Places => () => _random.Next(20),
            Derivatives.Values.Levels => () => _random.Next(4),
            Derivatives.Values.Small => () => _random.NextDouble() - 0.5,
            _ => Normal,
        };

        List<Complex[,]> Draw(Shape shape, Access access, Func<double> value) =>
            [.. Enumerable.Range(0, access == Access.Slot ? turns : 1).Select(_ => Operations.Fill(access == Access.Rows ? Time : Length(shape.Rows), Length(shape.Cols), (_, _) => value()))];

        int Length(Dim d) => d == Dim.One ? 1 : SizeOf(d);
    }

    /// <summary>There are as many features as the channels have monomials, or as two tiles have columns.</summary>
    private void FollowChannels()
    {
        if (Case.Op is Join or Part) Sizes[Dim.F] = Sizes[Dim.K] + Sizes[Dim.V];
        if (Case.Op switch { Monomials m => m.Kernel, MonomialsBack b => b.Kernel, _ => null } is { } kernel) Sizes[Dim.F] = kernel.Width(Sizes[Dim.K]);
    }

    /// <summary>The length of a dimension, or of the cells of two.</summary>
    private int SizeOf(Dim d) => d.Letter.Length == 2 ? SizeOf(new(d.Letter[..1])) * SizeOf(new(d.Letter[1..])) : Sizes[d];

    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    public override string ToString() => $"T = {Time}, {string.Join(", ", Sizes.Select(s => $"{s.Key} = {s.Value}"))}{(Twin ? ", b is a" : "")}";

    private Access AccessOf(int n) => Case.Op is Store store ? store.Access
        : Case.Args[n].Shape.Rows == Dim.C ? Access.Rows
        : _shared[n] ? Access.Whole : Access.Slot;

    private static string NameOf(int n) => ((char)('a' + n)).ToString();

    private static Tile Result(RegionBuilder body, Primitive op, Tile[] args, bool simplifies)
    {
        if (simplifies) return body.Emit("result", op, args);
        var result = new Tile("result", op.ShapeOf(args));
        body.Append(new(op, new(args), result, ""));
        return result;
    }
}
