using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Tests.Derivatives;

/// <summary>How the values of an argument are drawn.</summary>
internal enum Values
{
    /// <summary>Standard normal.</summary>
    Normal,

    /// <summary>Log-decays: of one seed moderate, of another so strong that what is far is gone.</summary>
    Gates,

    /// <summary>From −½ to ½: what a solve does not blow up.</summary>
    Small,

    /// <summary>Whole numbers from 0 on: places of tokens.</summary>
    Places,

    /// <summary>Levels, of which there are four.</summary>
    Levels,
}

/// <summary>An argument of a primitive under test.</summary>
/// <param name="IsFixed">Has no gradient by definition.</param>
internal sealed record Argument(Shape Shape, Values Values = Values.Normal, bool IsFixed = false);

/// <summary>One variant of a primitive, with arguments that fit it.</summary>
internal sealed record PrimitiveCase(Primitive Op, params Argument[] Args)
{
    private static readonly Dim One = Dim.One, C = Dim.C, K = Dim.K, V = Dim.V, P = Dim.P, F = Dim.F, M = Dim.M, L = Dim.L, U = Dim.U, E = Dim.E, I = Dim.I, J = Dim.J;
    private static readonly Expr X = new Arg(0), Y = new Arg(1);

    private static readonly Temperatures s_geometric = new(4, RotationTemperature.Geometric, 0.5, 100, 0.9), s_tangent = new(4, RotationTemperature.Tangent, 2, 100, 0.9);

    /// <summary>Every variant of every primitive; <see cref="CoverageTests"/> sees to it that none is missing.</summary>
    public static IReadOnlyList<PrimitiveCase> All { get; } =
    [
        .. from access in new[] { Access.Rows, Access.Whole, Access.Slot, Access.Parameter } from isFixed in new[] { false, true } select new PrimitiveCase(new Load("x", Of(access), access, isFixed)),
        .. from access in new[] { Access.Rows, Access.Whole, Access.Slot, Access.Parameter } from adds in new[] { false, true } select new PrimitiveCase(new Store("y", access, adds), new Argument(Of(access))),
        new(new Map(X * Ex.Exp(Y), new(C, K)), new(new(C, K)), new(new(C, One))),
        new(new Map(X / (2 + Y * Y), new(C, K)), new(new(C, K)), new(new(One, K))),
        new(new Map(Ex.Sigmoid(X - Y) * X, new(K, V)), new(new(K, One)), new(new(One, V))),
        new(new Map(X + Y * Y, new(C, V)), new(new(C, V)), new(new(One, One))),
        new(new Map(X, new(C, V)), new Argument(new(C, One))),
        new(new Map(Ex.Causal(X * Ex.Exp(Y), -3), new(C, C)), new(new(C, C)), new(new(C, C), Values.Gates)),
        new(new Map(X * Ex.Log1p(Ex.Head + Ex.Row), new(C, K)), new Argument(new(C, K))),
        new(new Map(X * (1 + Ex.RowNumber + (2 * Ex.ColNumber)), new(K, V)), new Argument(new(K, V))),
        new(new Map(2, new(C, K))),
        .. from along in new[] { Along.Rows, Along.Cols } from domain in new[] { new Shape(C, K), new Shape(K, V), new Shape(C, C) } from fold in new[] { Fold.Sum, Fold.Max } select new PrimitiveCase(new Reduce(fold, along, X, domain), new Argument(domain)),
        new(new Reduce(Fold.Sum, Along.Cols, X, new(C, K), IsCarried: true), new Argument(new(C, K))),
        new(new Transpose(), new Argument(new(C, K))),
        new(new Transpose(), new Argument(new(K, V))),
        new(new Transpose(), new Argument(new(C, C))),
        new(new Transpose(), new Argument(new(C, One))),
        new(new MatMul(), new(new(C, K)), new(new(K, V))),
        new(new MatMul(), new(new(C, C)), new(new(C, V))),
        new(new MatMul(), new(new(V, K)), new(new(K, C))),
        new(new MatMul(TransposeA: true), new(new(C, K)), new(new(C, V))),
        new(new MatMul(TransposeA: true), new(new(C, C)), new(new(C, K))),
        new(new MatMul(TransposeA: true), new(new(K, C)), new(new(K, V))),
        new(new MatMul(TransposeB: true), new(new(C, K)), new(new(C, K))),
        new(new MatMul(TransposeB: true), new(new(C, V)), new(new(K, V))),
        .. from reversed in new[] { false, true } from exclusive in new[] { false, true } from shape in new[] { new Shape(C, One), new Shape(C, K) } select new PrimitiveCase(new PrefixSum(reversed, exclusive), new Argument(shape, Values.Gates)),
        .. from before in new[] { false, true } select new PrimitiveCase(new SegmentSum(before), new Argument(new(C, One), Values.Gates)),
        .. from gates in new Shape?[] { null, new(C, One), new(C, K) } select new PrimitiveCase(new StateReads(), [new(new(C, K)), new(new(C, K)), new(new(C, V)), new(new(K, V)), .. Gates(gates)]),
        .. from gates in new Shape?[] { null, new(C, One), new(C, K) } select new PrimitiveCase(new StateAfter(), [new(new(C, K)), new(new(C, V)), new(new(K, V)), .. Gates(gates)]),
        .. from gates in new Shape?[] { null, new(C, One), new(C, K) } select new PrimitiveCase(new StateReads(Corrects: true), [new(new(C, K)), new(new(C, K), Values.Small), new(new(C, V)), new(new(K, V)), new(new(C, One)), .. Gates(gates)]),
        .. from gates in new Shape?[] { null, new(C, One), new(C, K) } select new PrimitiveCase(new StateAfter(Corrects: true), [new(new(C, K), Values.Small), new(new(C, V)), new(new(K, V)), new(new(C, One)), .. Gates(gates)]),
        .. from strict in new[] { false, true } from before in new[] { false, true } select new PrimitiveCase(new DecayedGram(strict, before), new(new(C, K)), new(new(C, K)), new(new(C, K), Values.Gates)),
        .. from strict in new[] { false, true } from toKeys in new[] { false, true } from before in new[] { false, true } select new PrimitiveCase(new DecayedApply(strict, toKeys, before), new(new(C, C)), new(new(C, K)), new(new(C, K), Values.Gates)),
        .. from before in new[] { false, true } select new PrimitiveCase(new DecayedCrossing(before), new(new(C, C)), new(new(C, K)), new(new(C, K)), new(new(C, K), Values.Gates)),
        .. from transposed in new[] { false, true } from right in new[] { V, One } select new PrimitiveCase(new UnitLowerSolve(transposed), new(new(C, C), Values.Small), new(new(C, right))),
        .. from layout in new[] { PairLayout.HalfSplit, PairLayout.Interleaved } from back in new[] { false, true } select new PrimitiveCase(new Rotate(layout, back), new(new(C, K)), new(new(C, P)), new(new(C, P))),
        .. from layout in new[] { PairLayout.HalfSplit, PairLayout.Interleaved } from cross in new[] { false, true } select new PrimitiveCase(new PairProduct(layout, cross), new(new(C, K)), new(new(C, K))),
        .. from layout in new[] { PairLayout.HalfSplit, PairLayout.Interleaved } select new PrimitiveCase(new SpreadPairs(layout), new Argument(new(C, P))),
        .. from layout in new[] { PairLayout.HalfSplit, PairLayout.Interleaved } select new PrimitiveCase(new FoldPairs(layout), new Argument(new(C, K))),
        .. from gate in new Dim?[] { null, One, P } from biased in new[] { false, true } from differenced in new[] { false, true } select new PrimitiveCase(new PhaseSum(s_geometric, gate is not null, biased, differenced), Phases(gate, biased, differenced)),
        .. from gate in new Dim?[] { null, One, P } from biased in new[] { false, true } from differenced in new[] { false, true } from rest in new[] { false, true } select new PrimitiveCase(new PhaseEnd(new(s_tangent, gate is not null, biased, differenced), rest), Phases(gate, biased, differenced)),
        new(new Temper(s_tangent), new Argument(new(C, P))),
        .. from rest in new[] { false, true } select new PrimitiveCase(new CompensatedSum(rest), new(new(C, One)), new(new(One, One)), new(new(One, One), IsFixed: true)),
        new(new StopGradient(), new Argument(new(C, K))),
        .. from kernel in new[] { Polynomial.Taylor, Polynomial.Squared } select new PrimitiveCase(new Monomials(kernel), new Argument(new(C, K))),
        .. from kernel in new[] { Polynomial.Taylor, Polynomial.Squared } select new PrimitiveCase(new MonomialsBack(kernel), new(new(C, K)), new(new(C, Dim.F))),
        new(new LevelOf(3), new(new(C, One), Values.Places, IsFixed: true), new(new(One, One), Values.Places, IsFixed: true)),
        new(new LevelWeights(3), new(new(C, E)), new(new(C, One), Values.Places, IsFixed: true), new(new(C, One), Values.Places, IsFixed: true)),
        new(new LevelSums(3, E), new(new(C, C)), new(new(C, One), Values.Places, IsFixed: true), new(new(C, One), Values.Places, IsFixed: true)),
        .. from back in new[] { false, true } select new PrimitiveCase(new MergeLevels(E, K, back), new(new(Dim.Product(E, K), V)), new(new(One, One), Values.Levels, IsFixed: true)),
        new(new Join(F), new(new(C, K)), new(new(C, V))),
        .. from isFirst in new[] { false, true } select new PrimitiveCase(new Part(K, V, isFirst), new Argument(new(C, F))),
        .. from back in new[] { false, true } select new PrimitiveCase(new GroupedProduct(M, back), new(new(C, Dim.Product(M, back ? L : U))), new(new(L, U))),
        new(new PiecewiseLinear(), new(new(C, J)), new(new(One, I), IsFixed: true), new(new(One, I), IsFixed: true), new(new(I, L), IsFixed: true), new(new(I, L), IsFixed: true)),
        new(new PiecewiseLinear(Slope: true), new(new(C, J)), new(new(One, I), IsFixed: true), new(new(I, L), IsFixed: true)),
        new(new GroupedGram(M), new(new(C, Dim.Product(M, L))), new(new(C, Dim.Product(M, U)))),
        new(new Scan(), new(new(C, K), Values.Small), new(new(C, K)), new(new(One, K))),
        new(new ReverseScan(), new(new(C, K), Values.Small), new(new(C, K))),
        .. from up in new[] { false, true } select new PrimitiveCase(new Shift(up), new(new(C, K)), new(new(One, K))),
        .. from last in new[] { false, true } select new PrimitiveCase(new EdgeRow(last), new Argument(new(C, K))),
        .. from stays in new[] { false, true } select new PrimitiveCase(new Queue(stays), new(new(Dim.X, K)), new(new(C, K))),
        new(new Convolve(), new(new(C, K)), new(new(Dim.D, K)), new(new(Dim.W, K))),
        .. from past in new Dim?[] { null, Dim.D } select new PrimitiveCase(new ConvolveBack(past), new(new(C, K)), new(new(Dim.W, K))),
        new(new ConvolveTaps(Dim.W), new(new(C, K)), new(new(C, K)), new(new(Dim.D, K))),
        .. from ofOuter in new[] { false, true } select new PrimitiveCase(new Spread(K, V, ofOuter), new Argument(new(C, ofOuter ? K : V))),
        .. from ofOuter in new[] { false, true } select new PrimitiveCase(new Collect(K, V, ofOuter), new Argument(new(C, Dim.Product(K, V)))),
    ];

    public string Name => $"{Op.GetType().Name}: {Op.Describe([.. Args.Select((a, n) => $"{(char)('a' + n)}[{a.Shape}]")])}{(Op is Load { IsFixed: true } ? ", fixed" : "")}";

    public override string ToString() => Name;

    public Shape Result => Op.ShapeOf([.. Args.Select((a, n) => new Tile($"{n}", a.Shape))]);

    /// <summary>Dimensions, by letter, that the variant has.</summary>
    public IEnumerable<Dim> Dims => Args.Select(a => a.Shape).Concat(Op switch
    {
        Load l => [l.Shape],
        Map m => [m.Shape],
        Reduce r => [r.Domain],
        Spread s => [new(s.Outer, s.Inner)],
        Collect c => [new(c.Outer, c.Inner)],
        MergeLevels => [new(E, K)],
        PairProduct or SpreadPairs or FoldPairs => [new(K, P)],
        Monomials => [new(K, F)],
        Join => [new(F, F)],
        Part => [new(K, V)],
        ConvolveBack => [new(Dim.D, Dim.W)],
        ConvolveTaps => [new(Dim.D, Dim.W)],
        GroupedProduct or GroupedGram => [new(L, U), new(M, M)],
        _ => (IEnumerable<Shape>)[],
    }).SelectMany(s => new[] { s.Rows, s.Cols }).Where(d => d != One && d.Letter.Length == 1).Distinct();

    /// <summary>The same with some dimensions of length one, where the primitive may simplify itself.</summary>
    public PrimitiveCase With(ICollection<Dim> ones)
    {
        Dim Of(Dim d) => d.Letter.Length == 2 ? Dim.Product(Of(new(d.Letter[..1])), Of(new(d.Letter[1..]))) : ones.Contains(d) ? One : d;
        Shape In(Shape s) => new(Of(s.Rows), Of(s.Cols));
        Primitive op = Op switch
        {
            Load l => l with { Shape = In(l.Shape) },
            Map m => m with { Shape = In(m.Shape) },
            Reduce r => r with { Domain = In(r.Domain) },
            Spread s => s with { Outer = Of(s.Outer), Inner = Of(s.Inner) },
            Collect c => c with { Outer = Of(c.Outer), Inner = Of(c.Inner) },
            MergeLevels m => m with { Inner = Of(m.Inner) },
            ConvolveBack { Past: { } past } c => c with { Past = Of(past) },
            ConvolveTaps c => c with { Taps = Of(c.Taps) },
            Part p => p with { Cols = Of(p.Cols), Others = Of(p.Others) },
            GroupedProduct p => p with { Groups = Of(p.Groups) },
            GroupedGram g => g with { Groups = Of(g.Groups) },
            _ => Op,
        };
        return new(op, [.. Args.Select(a => a with { Shape = In(a.Shape) })]);
    }

    private static Argument[] Phases(Dim? gate, bool biased, bool differenced) =>
    [
        new(new(C, P)), new(new(One, P)), new(new(One, P), IsFixed: true),
        .. gate is { } width ? [new Argument(new(C, width))] : System.Array.Empty<Argument>(),
        .. biased ? [new Argument(new(One, P))] : System.Array.Empty<Argument>(),
        .. differenced ? [new Argument(new(One, P))] : System.Array.Empty<Argument>(),
    ];

    private static Argument[] Gates(Shape? shape) => shape is { } of ? [new(of, Values.Gates)] : [];

    private static Shape Of(Access access) => access == Access.Rows ? new(C, K) : new(K, V);
}
