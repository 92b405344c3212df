using System;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>Rows of queries or keys behind their feature map.</summary>
/// <param name="factors">
/// What scores are made of: the features, or, where the kernel is a polynomial of the product of the channels, the channels.
/// </param>
/// <param name="map">From these to the features, where they are not the features themselves; emitted where they are first asked for.</param>
internal sealed class Operand(Tile factors, Func<Tile, Tile>? map = null)
{
    private Tile? _features;

    public Tile Factors => factors;

    /// <summary>What the state is written with and read by.</summary>
    public Tile Features => _features ??= map is null ? factors : map(factors);
}

/// <summary>What stands before and behind every matrix program: feature-mapped, rotated, scaled queries and keys; gates; the division.</summary>
internal static class Sources
{
    /// <summary>The dimension of the features, which the rows of the state have: the channels' own where there is one for each.</summary>
    public static Dim Features(DynamicalSystem system) => system.Kernel == Kernel.Luna ? Dim.Product(Dim.J, Dim.L) : system.Map.KeepsChannels ? Dim.K : Dim.F;

    public static Operand Query(DynamicalSystem system, RegionBuilder b, Dim rows)
    {
        Tile Scaled(Tile x) => b.Map("qScaled", e => system.Scale * e, Rotated(system, b, x, "qRotated"));
        Tile Mapped(Tile x) => FeatureProgram.Map(system, b, "q", x, isQuery: true);
        var q = ConvolutionProgram.Load(system, b, "q", rows, Dim.K, LastOfToken(system));
        return system.Map.Polynomial is not null ? new(Scaled(q), Mapped) : new(system.Map.IsRandom ? Mapped(q) : Scaled(Mapped(q)));
    }

    /// <param name="of">Before the names of its tiles, where a program has keys of two blocks.</param>
    public static Operand Key(DynamicalSystem system, RegionBuilder head, RegionBuilder b, Dim rows, string of = "")
    {
        var name = Named(of, "k");
        Tile Turned(Tile x) => Rotated(system, b, x, name + "Rotated");
        Tile Mapped(Tile x) => FeatureProgram.Map(system, b, name, x, isQuery: false);
        Tile Load() => system.Convolution is null ? b.LoadAs(name, "k", rows, Dim.K) : ConvolutionProgram.Load(system, b, "k", rows, Dim.K);
        if (system.Map.Polynomial is not null) return new(Turned(Load()), Mapped);
        // Gates are the features', so a tied key is one already. α is near 1, so 1 − α is −expm1(log α).
        var k = Turned(system.Writing.Key == KeySource.Gate
            ? b.Map(name + "Tied", g => -Ex.Expm1(g), LogDecay(system, head, b, rows, of))
            : Mapped(Load()));
        // The strength of a write goes to its key, so that a key sum counts it too; a delta rule has it in its own place.
        return new(system.Write is WriteRule.Delta or WriteRule.Oja || Strength(system, head, b, rows, of) is not { } beta ? k : b.Map(name + "Weighted", (x, y) => x * y, k, beta));
    }

    /// <summary>φ(q)·φ(k) of what <see cref="Operand.Factors"/> give.</summary>
    public static Expr KernelOf(DynamicalSystem system, Expr dot) => system.Map.Polynomial?.Of(dot) ?? dot;

    /// <summary>β of each row; none where every write counts as 1.</summary>
    public static Tile? Strength(DynamicalSystem system, RegionBuilder head, RegionBuilder b, Dim rows, string of = "")
    {
        // Cells that decay each on their own weight their values.
        if (system.Writing.Strength == WriteStrength.None || system.IsScan) return null;
        var scale = system.Writing.StrengthScale;
        if (system.Writing.Strength != WriteStrength.Step)
            return b.Map(Named(of, "strength"), x => scale * (system.Writing.Strength == WriteStrength.Sigmoid ? Ex.Sigmoid(x) : x), b.LoadAs(Named(of, "beta"), "beta", rows, Dim.One));
        var step = Step(system, head, b, rows, of);
        return system.Decay!.HasBias
            ? b.Map(Named(of, "strength"), (x, bias) => scale * Ex.Softplus(x + bias), step, head.Load("stepBias", Dim.One, Dim.One, Access.Parameter))
            : b.Map(Named(of, "strength"), x => scale * x, step);
    }

    /// <summary>The values that a layer of scans writes: times their strengths.</summary>
    public static Tile Value(DynamicalSystem system, RegionBuilder head, RegionBuilder b, Dim rows)
    {
        var (v, scale) = (ConvolutionProgram.Load(system, b, "v", rows, Dim.V), system.Writing.StrengthScale);
        return system.Writing.Strength switch
        {
            WriteStrength.None => v,
            WriteStrength.Step => b.Map("vWeighted", (x, step) => x * (scale * step), v, Step(system, head, b, rows)),
            WriteStrength.ChannelNorm => b.Map("vWeighted", (x, y, g) => x * (scale * Ex.Sigmoid(y) * Norm(g)), v, b.Load("beta", rows, Dim.V), LogDecay(system, head, b, rows)),
            WriteStrength.Beta => b.Map("vWeighted", (x, y) => x * (scale * y), v, b.Load("beta", rows, Dim.One)),
            _ => b.Map("vWeighted", (x, y) => x * (scale * Ex.Sigmoid(y)), v, b.Load("beta", rows, system.Writing.Strength == WriteStrength.Sigmoid ? Dim.One : Dim.V)),
        };
    }

    /// <summary>√(1 − e^{2g}). Where nothing decays the root is steeper than anything; there it counts as flat, or gradients would be 0 · ∞.</summary>
    private static Expr Norm(Expr g) => Ex.Unary(UnaryOp.Sqrt, Ex.Max(-Ex.Unary(UnaryOp.Expm1, 2 * g), 1e-30));

    /// <summary>The log-decay of each row: what becomes of the gate's input, or, once for all rows, of the one that is learned.</summary>
    public static Tile LogDecay(DynamicalSystem system, RegionBuilder head, RegionBuilder b, Dim rows, string of = "")
    {
        var decay = system.Decay!;
        if (decay.IsLearned) return Repeated(b, Named(of, "gates"), rows, Activated(system, head, head, LearnedGate(system, head), ""));
        // Of a token's several writes the first decays; at the others the activation meets what it turns into 0.
        var pattern = system.Writing.Steps == 1 ? null : new RowPattern(system.Writing.Steps, 0, FeatureMaps.Undecayed(decay));
        return Activated(system, head, b, b.LoadAs(Named(of, "g"), "g", rows, Channels(system), pattern: pattern), of);
    }

    /// <summary>The gate's input of each row as it stands: the step size of a layer that also writes as strongly.</summary>
    public static Tile Step(DynamicalSystem system, RegionBuilder head, RegionBuilder b, Dim rows, string of = "") => system.Decay!.IsLearned
        ? Repeated(b, Named(of, "steps"), rows, LearnedGate(system, head))
        : b.LoadAs(Named(of, "g"), "g", rows, Channels(system));

    /// <summary>From gate inputs to log-decays, a row or all of them; what the activation has learned lies in the head.</summary>
    private static Tile Activated(DynamicalSystem system, RegionBuilder head, RegionBuilder b, Tile g, string of)
    {
        var decay = system.Decay!;
        var rate = decay.HasRate ? head.Load("logRate", Dim.One, Dim.One, Access.Parameter) : null;
        var bias = decay.HasBias ? head.Load("stepBias", Dim.One, g.Shape.Cols, Access.Parameter) : null;
        var name = Named(of, "logDecay");
        var decays = (rate, bias) switch
        {
            _ when decay.Function is { } own => UserFunction.Apply(own, b, name, g),
            (null, null) => b.Map(name, x => FeatureMaps.LogDecay(decay, x, 0, 0), g),
            ({ } r, null) => b.Map(name, (x, a) => FeatureMaps.LogDecay(decay, x, a, 0), g, r),
            (null, { } y) => b.Map(name, (x, c) => FeatureMaps.LogDecay(decay, x, 0, c), g, y),
            ({ } r, { } y) => b.Map(name, (x, a, c) => FeatureMaps.LogDecay(decay, x, a, c), g, r, y),
        };
        return decay.Shape == GateShape.Pair ? b.Emit(Named(of, "pairDecay"), new SpreadPairs(system.Rotation?.Layout ?? default), decays) : decays;
    }

    private static Tile LearnedGate(DynamicalSystem system, RegionBuilder head) => head.Load("g", Dim.One, Channels(system), Access.Parameter);

    private static Tile Repeated(RegionBuilder b, string name, Dim rows, Tile row) => b.Map(name, new Arg(0), new Shape(rows, row.Shape.Cols), row);

    /// <summary>The columns of the gate's input.</summary>
    private static Dim Channels(DynamicalSystem system) => system.Decay!.Shape switch
    {
        GateShape.Key => Features(system),
        GateShape.Pair => Dim.P,
        GateShape.Value or GateShape.Full => Dim.V,
        GateShape.Slot => Dim.M,
        _ => Dim.One,
    };

    /// <summary>
    /// Turned by the angles of its rows: those of their positions, which the caller tabulates as <c>cos</c> and <c>sin</c>, or the
    /// phases that stand in <c>angles</c>.
    /// </summary>
    public static Tile Rotated(DynamicalSystem system, RegionBuilder b, Tile x, string name)
    {
        if (system.Rotation is not { } rotation) return x;
        var rows = x.Shape.Rows;
        if (rotation.Phase is null) return b.Emit(name, new Rotate(rotation.Layout), x, b.Load("cos", rows, Dim.P, isFixed: true), b.Load("sin", rows, Dim.P, isFixed: true));
        var angles = b.Load("angles", rows, Dim.P);
        return b.Emit(name, new Rotate(rotation.Layout), x, b.Map("cos", Ex.Cos, angles), b.Map("sin", Ex.Sin, angles));
    }

    /// <summary>Where a token with several writes is read: behind the last of them.</summary>
    public static RowPattern? LastOfToken(DynamicalSystem system) => system.Writing.Steps == 1 ? null : new(system.Writing.Steps, system.Writing.Steps - 1);

    /// <summary>Stores the read-out: over the divisor that the caller gives, with what the token's own value adds, where the layer has them.</summary>
    public static void Output(DynamicalSystem system, RegionBuilder head, RegionBuilder b, Tile read)
    {
        if (system.Normaliser == Normaliser.External)
        {
            b.Begin("Divide by η.", "o = read / η: dread = do / η.");
            read = b.Map("output", (x, eta) => FeatureMaps.OverEta(system, x, eta), read, b.Load("eta", read.Shape.Rows, Dim.One, pattern: LastOfToken(system)));
        }

        var rows = read.Shape.Rows;
        if (system.Augmentation != Augmentation.None)
        {
            b.Begin("The token's own value, as far as its query and key fit.", "What the token's own value gave, taken back to its query, key and value.");
            var w = head.Load("augment", Dim.One, Features(system), Access.Parameter);
            var q = Rotated(system, b, FeatureProgram.Map(system, b, "q", ConvolutionProgram.Load(system, b, "q", rows, Dim.K), isQuery: true), "qRotated");
            var fit = b.SumCols("ownFit", b.Map("ownFitTerms", (x, y, z) => x * y * z, q, w, Key(system, head, b, rows).Features));
            read = b.Map("augmented", (x, a, v) => x + Augmented(system.Augmentation, a, v), read, fit, ConvolutionProgram.Load(system, b, "v", rows, Dim.V));
        }

        if (system.HasSkip)
        {
            b.Begin("The skip: D times the token's own value.", "The skip: dv = D do, dD = Σ do v.");
            var d = head.Load("skip", Dim.One, system.Skip == SkipShape.Channel ? Dim.V : Dim.One, Access.Parameter);
            read = b.Map("skipped", (x, y, v) => x + y * v, read, d, ConvolutionProgram.Load(system, b, "v", rows, Dim.V));
        }

        if (system.Convolution is { } convolution && (convolution.Of & Convolved.Output) != 0)
        {
            b.Begin("The local term: the convolution of the values.", "What the local term gives to the values near by, and to its taps.");
            read = b.Add("withLocal", read, ConvolutionProgram.Of(convolution, b, "v", rows, Dim.V));
        }

        if (system.OutputGate != OutputGate.None)
        {
            b.Begin("The output's own gate.", "The output's own gate, and what came through it.");
            read = b.Map("gated", (x, y) => x * (system.OutputGate == OutputGate.Silu ? y * Ex.Sigmoid(y) : Ex.Sigmoid(y)), read, b.Load("outputGate", rows, Dim.V));
        }

        b.Store("o", read, pattern: LastOfToken(system));
    }

    /// <summary>A tile's name where a program has two of its kind: ownK beside k.</summary>
    public static string Named(string of, string name) => of.Length == 0 ? name : of + char.ToUpperInvariant(name[0]) + name.Substring(1);

    private static Expr Augmented(Augmentation augmentation, Expr fit, Expr value) => augmentation switch
    {
        Augmentation.SigmoidVector => Ex.Sigmoid(fit * value),
        Augmentation.ScalarGate => Ex.Sigmoid(fit) * value,
        _ => fit * value,
    };

    /// <summary>Numerator over normaliser; <paramref name="max"/> is the maximum relative to which both were accumulated.</summary>
    public static Tile Normalise(DynamicalSystem system, RegionBuilder b, Tile numerator, Tile den, Tile? max)
    {
        if (system.NormaliserGradient == NormaliserGradient.Held) den = b.Emit("denHeld", new StopGradient(), den);
        var divisor = system.Normaliser == Normaliser.Stabilised
            ? b.Map("divisor", (d, m) => Ex.Max(Ex.Abs(d), Ex.Exp(-m)) + system.Epsilon, den, max!)
            : system.Divisor is { } own ? UserFunction.Apply(own, b, "divisor", den)
            : b.Map("divisor", d => FeatureMaps.Denominator(system, d), den);
        return b.Map("output", (x, d) => x / d, numerator, divisor);
    }
}
