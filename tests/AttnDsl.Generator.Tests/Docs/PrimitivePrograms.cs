using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Emit;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;
using AttnDsl.Generator.Tests.Harness;

namespace AttnDsl.Generator.Tests.Docs;

/// <summary>A small program around each primitive: what its page shows at work.</summary>
internal static class PrimitivePrograms
{
    private const string Here = "Here.";
    private const string Rest = "What makes use of it.";

    private static readonly Temperatures s_temperatures = new(16, RotationTemperature.Geometric, 1, 10000, 0);
    private static readonly PhaseSum s_phases = new(s_temperatures, Gated: true, Biased: true, Differenced: true);

    private static readonly Dim One = Dim.One, C = Dim.C, K = Dim.K, V = Dim.V;

    public static IReadOnlyDictionary<Type, Action<RegionBuilder>> All { get; } = new Dictionary<Type, Action<RegionBuilder>>
    {
        [typeof(Load)] = b =>
        {
            var v = b.Load("v", C, V);
            var g = At(b, () => b.Load("g", C, One));
            b.Store("o", b.Map("weighted", (x, w) => x * w, v, g));
        },
        [typeof(Store)] = b =>
        {
            var sum = b.SumCols("sum", b.Load("v", C, V));
            b.Stage = Here;
            b.Store("g", sum);
        },
        [typeof(Map)] = b =>
        {
            var (q, k, g) = (b.Load("q", C, K), b.Load("k", C, K), b.Load("g", C, One));
            b.Store("q", At(b, () => b.Map("mixed", (x, y, w) => x * w + y, q, k, g)));
        },
        [typeof(Reduce)] = b =>
        {
            var (q, k) = (b.Load("q", C, K), b.Load("k", C, K));
            b.Store("g", At(b, () => b.SumCols("dots", b.Map("products", (x, y) => x * y, q, k))));
        },
        [typeof(Transpose)] = b =>
        {
            var (q, v) = (b.Load("q", C, K), b.Load("v", C, V));
            var across = At(b, () => b.Transpose("qAcross", q));
            b.Store("S", b.MatMul("writes", across, v), Access.Whole);
        },
        [typeof(MatMul)] = b =>
        {
            var (q, k, v) = (b.Load("q", C, K), b.Load("k", C, K), b.Load("v", C, V));
            b.Store("o", b.MatMul("read", At(b, () => b.MatMulNT("scores", q, k)), v));
        },
        [typeof(PrefixSum)] = b =>
        {
            var g = b.Load("g", C, K);
            b.Store("k", b.Map("doubled", x => 2 * x, At(b, () => b.PrefixSum("fromStart", g))));
        },
        [typeof(SegmentSum)] = b =>
        {
            var (g, v) = (b.Load("g", C, One), b.Load("v", C, V));
            b.Store("o", b.MatMul("read", At(b, () => b.Emit("decay", new SegmentSum(), g)), v));
        },
        [typeof(StateReads)] = b =>
        {
            var (q, k, v, g, S) = (b.Load("q", C, K), b.Load("k", C, K), b.Load("v", C, V), b.Load("g", C, K), b.Load("S", K, V, Access.Whole));
            b.Store("o", At(b, () => b.Emit("read", new StateReads(), q, k, v, S, g)));
        },
        [typeof(StateAfter)] = b =>
        {
            var (k, v, g, S) = (b.Load("k", C, K), b.Load("v", C, V), b.Load("g", C, One), b.Load("S", K, V, Access.Whole));
            b.Store("S", At(b, () => b.Emit("next", new StateAfter(), k, v, S, g)), Access.Whole);
        },
        [typeof(DecayedGram)] = b =>
        {
            var (q, k, g, v) = (b.Load("q", C, K), b.Load("k", C, K), b.Load("g", C, K), b.Load("v", C, V));
            b.Store("o", b.MatMul("read", At(b, () => b.Emit("scores", new DecayedGram(), q, k, g)), v));
        },
        [typeof(DecayedApply)] = b =>
        {
            var (q, k, g) = (b.Load("q", C, K), b.Load("k", C, K), b.Load("g", C, K));
            var weights = b.MatMulNT("weights", q, k);
            b.Store("q", b.Map("doubled", x => 2 * x, At(b, () => b.Emit("applied", new DecayedApply(Strict: false, ToKeys: false), weights, k, g))));
        },
        [typeof(DecayedCrossing)] = b =>
        {
            var (q, k, g) = (b.Load("q", C, K), b.Load("k", C, K), b.Load("g", C, K));
            var weights = b.MatMulNT("weights", q, k);
            b.Store("g", b.Map("doubled", x => 2 * x, At(b, () => b.Emit("crossing", new DecayedCrossing(), weights, q, k, g))));
        },
        [typeof(StopGradient)] = b =>
        {
            var q = b.Load("q", C, K);
            var max = b.MaxCols("max", q);
            b.Store("q", b.Map("relative", (x, m) => x - m, q, At(b, () => b.Emit("held", new StopGradient(), max))));
        },
        [typeof(UnitLowerSolve)] = b =>
        {
            var (k, v) = (b.Load("k", C, K), b.Load("v", C, V));
            var kappa = b.MatMulNT("kappa", k, k);
            b.Store("o", b.Map("doubled", x => 2 * x, At(b, () => b.Emit("u", new UnitLowerSolve(), kappa, v))));
        },
        [typeof(Rotate)] = b =>
        {
            var (q, cos, sin) = (b.Load("q", C, K), b.Load("cos", C, Dim.P, isFixed: true), b.Load("sin", C, Dim.P, isFixed: true));
            b.Store("q", At(b, () => b.Emit("qRotated", new Rotate(PairLayout.HalfSplit), q, cos, sin)));
        },
        [typeof(CompensatedSum)] = b =>
        {
            var (g, v) = (b.Load("g", C, One), b.Load("v", C, V));
            var (start, rest) = (b.Fill("start", new(One, One), 0), b.Fill("startRest", new(One, One), 0));
            var sums = At(b, () => b.Emit("sums", new CompensatedSum(Rest: false), g, start, rest));
            b.Store("o", b.Map("weighted", (x, y) => x * y, v, sums));
        },
        [typeof(PhaseSum)] = b =>
        {
            var angles = At(b, () => b.Emit("angles", s_phases, Phases(b)));
            b.Store("phi", b.Map("doubled", x => 2 * x, angles));
        },
        [typeof(PhaseEnd)] = b =>
        {
            var end = At(b, () => b.Emit("end", new PhaseEnd(s_phases, Rest: false), Phases(b)));
            b.Store("phi", b.Map("left", (x, y) => x - y, b.Load("phi", C, Dim.P), end));
        },
        [typeof(Temper)] = b =>
        {
            var phi = b.Load("phi", C, Dim.P);
            b.Store("phi", b.Map("doubled", x => 2 * x, At(b, () => b.Emit("turned", new Temper(s_temperatures), phi))));
        },
        [typeof(PairProduct)] = b =>
        {
            var (q, k) = (b.Load("q", C, K), b.Load("k", C, K));
            b.Store("g", b.SumCols("sum", At(b, () => b.Emit("crossed", new PairProduct(PairLayout.HalfSplit, Cross: true), q, k))));
        },
        [typeof(SpreadPairs)] = b =>
        {
            var (k, phi) = (b.Load("k", C, K), b.Load("phi", C, Dim.P));
            b.Store("k", b.Map("scaled", (x, y) => x * y, k, At(b, () => b.Emit("both", new SpreadPairs(PairLayout.HalfSplit), phi))));
        },
        [typeof(FoldPairs)] = b =>
        {
            var k = b.Load("k", C, K);
            b.Store("phi", b.Map("doubled", x => 2 * x, At(b, () => b.Emit("sums", new FoldPairs(PairLayout.HalfSplit), k))));
        },
        [typeof(Monomials)] = b =>
        {
            var q = b.Load("q", C, K);
            b.Store("g", b.SumCols("sum", At(b, () => b.Emit("qMapped", new Monomials(Polynomial.Taylor), q))));
        },
        [typeof(MonomialsBack)] = b =>
        {
            var (q, k) = (b.Load("q", C, K), b.Load("k", C, K));
            var given = b.Emit("given", new Monomials(Polynomial.Taylor), k);
            b.Store("q", b.Map("doubled", x => 2 * x, At(b, () => b.Emit("back", new MonomialsBack(Polynomial.Taylor), q, given))));
        },
        [typeof(Scan)] = b =>
        {
            var (a, x) = (b.Load("k", C, K), b.Load("q", C, K));
            var start = b.Fill("start", new(One, K), 0);
            b.Store("q", b.Map("doubled", e => 2 * e, At(b, () => b.Emit("h", new Scan(), a, x, start))));
        },
        [typeof(ReverseScan)] = b =>
        {
            var (a, x) = (b.Load("k", C, K), b.Load("q", C, K));
            b.Store("q", b.Map("doubled", e => 2 * e, At(b, () => b.Emit("y", new ReverseScan(), a, x))));
        },
        [typeof(Shift)] = b =>
        {
            var q = b.Load("q", C, K);
            var edge = b.Fill("edge", new(One, K), 0);
            b.Store("q", b.Map("differences", (x, y) => x - y, q, At(b, () => b.Emit("before", new Shift(), q, edge))));
        },
        [typeof(Queue)] = b =>
        {
            var (q, past) = (b.Load("q", C, K), b.Fill("past", new(Dim.M, K), 0));
            b.Store("q", b.Map("differences", (x, y) => x - y, q, At(b, () => b.Emit("leaving", new Queue(Stays: false), past, q))));
        },
        [typeof(Convolve)] = b =>
        {
            var (q, past, taps) = (b.Load("q", C, K), b.Fill("past", new(Dim.D, K), 0), b.Fill("taps", new(Dim.W, K), 0.25));
            b.Store("q", b.Map("doubled", x => 2 * x, At(b, () => b.Emit("convolved", new Convolve(), q, past, taps))));
        },
        [typeof(ConvolveBack)] = b =>
        {
            var (q, taps) = (b.Load("q", C, K), b.Fill("taps", new(Dim.W, K), 0.25));
            b.Store("q", b.Map("doubled", x => 2 * x, At(b, () => b.Emit("received", new ConvolveBack(), q, taps))));
        },
        [typeof(ConvolveTaps)] = b =>
        {
            var (q, k, past) = (b.Load("q", C, K), b.Load("k", C, K), b.Fill("past", new(Dim.D, K), 0));
            var taps = At(b, () => b.Emit("taps", new ConvolveTaps(Dim.W), q, k, past));
            b.Store("q", b.Map("scaled", (x, y) => x * y, q, b.SumRows("sum", taps)));
        },
        [typeof(EdgeRow)] = b =>
        {
            var q = b.Load("q", C, K);
            b.Store("q", b.Map("relative", (x, y) => x - y, q, At(b, () => b.Emit("first", new EdgeRow(), q))));
        },
        [typeof(Spread)] = b =>
        {
            var (k, v) = (b.Load("k", C, K), b.Load("v", C, V));
            var rows = At(b, () => b.Emit("kSpread", new Spread(K, V, OfOuter: true), k));
            b.Store("g", b.SumCols("sum", b.Map("outer", (x, y) => x * y, rows, b.Emit("vSpread", new Spread(K, V, OfOuter: false), v))));
        },
        [typeof(Collect)] = b =>
        {
            var k = b.Load("k", C, K);
            var cells = b.Emit("kSpread", new Spread(K, V, OfOuter: true), k);
            b.Store("v", b.Map("doubled", x => 2 * x, At(b, () => b.Emit("sums", new Collect(K, V, OfOuter: false), cells))));
        },
        [typeof(LevelOf)] = b =>
        {
            var (v, places) = (b.Load("v", C, V), b.Load("place", C, One, isFixed: true));
            b.Store("o", b.Map("scaled", (x, y) => x * y, v, At(b, () => b.Emit("levels", new LevelOf(6), places, b.Fill("zero", new(One, One), 0)))));
        },
        [typeof(LevelWeights)] = b =>
        {
            var (scales, places, v) = (b.Load("levelScales", C, Dim.E), b.Load("place", C, One, isFixed: true), b.Load("v", C, V));
            b.Store("o", b.MatMul("read", At(b, () => b.Emit("weights", new LevelWeights(6), scales, places, places)), v));
        },
        [typeof(LevelSums)] = b =>
        {
            var (q, k, places) = (b.Load("q", C, K), b.Load("k", C, K), b.Load("place", C, One, isFixed: true));
            b.Store("levelScales", b.Map("doubled", x => 2 * x, At(b, () => b.Emit("sums", new LevelSums(6, Dim.E), b.MatMulNT("dots", q, k), places, places))));
        },
        [typeof(MergeLevels)] = b =>
        {
            var (places, zero) = (b.Load("place", C, One, isFixed: true), b.Fill("zero", new(One, One), 0));
            var level = b.Emit("level", new LevelOf(6), b.Emit("last", new EdgeRow(Last: true), places), zero);
            b.Store("S", b.Map("halved", x => 0.5 * x, At(b, () => b.Emit("merged", new MergeLevels(Dim.E, K), b.Load("S", Dim.Product(Dim.E, K), V, Access.Whole), level))), Access.Whole);
        },
        [typeof(Join)] = b =>
        {
            var (q, k) = (b.Load("q", C, K), b.Load("k", C, K));
            b.Store("g", b.SumCols("sum", At(b, () => b.Emit("both", new Join(Dim.J), q, k))));
        },
        [typeof(Part)] = b =>
        {
            var (q, k) = (b.Load("q", C, K), b.Load("k", C, K));
            var both = b.Emit("both", new Join(Dim.J), q, b.Map("doubled", x => 2 * x, k));
            b.Store("q", b.Map("half", x => 0.5 * x, At(b, () => b.Emit("second", new Part(K, K, IsFirst: false), both))));
        },
        [typeof(GroupedProduct)] = b =>
        {
            // K = 32 channels as four groups of eight.
            var (k, w) = (b.Load("k", C, Dim.Product(Dim.M, Dim.U)), b.Load("S", Dim.L, Dim.U, Access.Whole));
            b.Store("g", b.SumCols("sum", At(b, () => b.Emit("product", new GroupedProduct(Dim.M), k, w))));
        },
        [typeof(PiecewiseLinear)] = b =>
        {
            // Six functions of seventeen pieces, of 32 numbers a row.
            Tile Table(string tensor, Dim rows, Dim cols) => b.Load(tensor, rows, cols, Access.Parameter, isFixed: true);
            var (q, starts, bases) = (b.Load("q", C, K), Table(PiecewiseTable.Starts, One, Dim.I), Table(PiecewiseTable.Bases, One, Dim.I));
            var (slopes, values) = (Table(PiecewiseTable.Slopes, Dim.I, Dim.L), Table(PiecewiseTable.Values, Dim.I, Dim.L));
            b.Store("g", b.SumCols("sum", At(b, () => b.Emit("functions", new PiecewiseLinear(), q, starts, bases, slopes, values))));
        },
        [typeof(GroupedGram)] = b =>
        {
            var (q, k) = (b.Load("q", C, Dim.Product(Dim.M, Dim.L)), b.Load("k", C, Dim.Product(Dim.M, Dim.U)));
            b.Store("S", b.Map("halved", x => 0.5 * x, At(b, () => b.Emit("gram", new GroupedGram(Dim.M), q, k))), Access.Whole);
        },
    };

    private static Tile[] Phases(RegionBuilder b) =>
    [
        b.Load("phi", C, Dim.P), b.Fill("start", new(One, Dim.P), 0), b.Fill("startRest", new(One, Dim.P), 0), b.Load("g", C, One), b.Load("phaseBias", One, Dim.P, Access.Parameter), b.Fill("before", new(One, Dim.P), 0),
    ];

    /// <summary>The page's dumps: the program, its derivative, and what the primitive prints in it.</summary>
    public static Dictionary<string, string> Dumps(Type primitive)
    {
        var p = new ProgramBuilder("small", C);
        All[primitive](p.Body);
        var program = p.Build();
        var layer = Layers.Plain(32, 48) with { Heads = 2, Gate = new(GateShape.Head, null, null, null) };
        if (program.Statements.Any(s => s.Op is Load { Tensor: "place" })) layer = layer with { Read = new(Normaliser.None, null, Levels: 7) };
        if (program.Statements.Any(s => s.Op is Load { Tensor: "phi" } or Store { Tensor: "phi" })) layer = layer with { Rotation = new(RotationKind.Selective, 100, PairLayout.HalfSplit) { Bias = true } };
        if (program.Statements.Any(s => s.Op is Load { Tensor: PiecewiseTable.Starts })) layer = layer with { Kernel = Kernel.Luna, Map = new(Channels: 6, Hidden: 16) };
        var system = Resolver.Resolve(layer);
        var kernel = new LayerKernel(new KernelSignature("Small", CpuPlanner.Plan(program, new(64, 64, 32, 48, 561, 4) { Others = [("J", 64), ("L", 6), ("U", 8), ("E", 7), ("I", 17), ("W", 4), ("D", 3)] })), WorkUnit.StateHead, "");
        var (cpu, gpu) = (new SourceWriter(), new SourceWriter());
        CpuKernelWriter.Write(cpu, kernel.Signature, "", new HashSet<string>());
        GpuKernelWriter.Write(gpu, new(LayerPlan.Build(system), kernel), checksOverflow: false);
        var stored = program.Statements.Select(s => s.Op).OfType<Store>().Select(s => s.Tensor).ToList();
        return new()
        {
            ["program"] = program.ToString(),
            ["cpu"] = Text(cpu),
            ["gpu"] = Text(gpu),
            ["derivative"] = Reverse.Backward(program, "smallBackward", stored, []).ToString(),
        };

        static string Text(SourceWriter w) => DumpPage.Stage(w.ToString(), Here) is { Length: > 0 } text ? text : "// nothing: the result is another name of what is there";
    }

    private static Tile At(RegionBuilder b, Func<Tile> primitive)
    {
        b.Stage = Here;
        var result = primitive();
        b.Stage = Rest;
        return result;
    }
}
