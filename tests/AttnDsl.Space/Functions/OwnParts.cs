using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Tests.Functions;
using AttnDsl.Generator.Tests.Harness;

namespace AttnDsl.Space.Functions;

/// <summary>What a random layer's own methods are.</summary>
internal enum OwnKind { Map, TwoMaps, VectorMap, Gate, Normaliser, AllOfMatrix, Delta, VectorDelta, Score, Mask, ScoreAndMask }

/// <summary>Random methods of a layer, and the attributes around them: all of it from one number.</summary>
/// <param name="Seed">That number.</param>
/// <param name="Kind">Which parts are methods.</param>
/// <param name="Declaration">The attributes.</param>
/// <param name="Members">The methods, with <c>R</c> for the kind of number and <c>M</c> for its functions.</param>
internal sealed partial record OwnParts(int Seed, OwnKind Kind, LayerDeclaration Declaration, string Members)
{
    private const string Preamble = "#pragma warning disable CS0162, CS0219, CS1718 // Random code has dead ends.\n";

    /// <summary>The kinds of number that the reference loops run in, and their functions.</summary>
    private static readonly (string Name, string Number, string Functions)[] s_precisions =
    [
        ("Float", "System.Single", "System.MathF"),
        ("Double", "System.Double", "System.Math"),
        ("DualFloat", "AttnDsl.Reference.Dual<System.Single>", "AttnDsl.Reference.DualMath<System.Single>"),
        ("DualDouble", "AttnDsl.Reference.Dual<System.Double>", "AttnDsl.Reference.DualMath<System.Double>"),
    ];

    /// <summary>Numbers that come with a query of position i: where its document starts or ends, how far it sees, any number.</summary>
    private static readonly (string Text, Func<long, long> Of)[] s_marks =
        [("i / 5 * 5", i => i / 5 * 5), ("i / 4 * 4 + 4", i => (i / 4 * 4) + 4), ("Math.Max(0, i - 3)", i => Math.Max(0, i - 3)), ("i * 7 % 6", i => i * 7 % 6)];

    /// <summary>What comes with each query, by name and position.</summary>
    public IReadOnlyDictionary<string, Func<long, long>>? PerToken => Mark < 0 ? null : new Dictionary<string, Func<long, long>> { ["mark"] = s_marks[Mark].Of };

    /// <summary>F of a map of all channels.</summary>
    private int Width { get; init; }

    /// <summary>Learned tensors of the map: 0 none, 1 a number, 2 a matrix and a vector.</summary>
    private int Learned { get; init; }

    /// <summary>Whether the other parts have a learned number each.</summary>
    private bool Learns { get; init; }

    /// <summary>Which number comes with a query for the mask; −1 for none.</summary>
    private int Mark { get; init; } = -1;

    private bool HasGate => Kind is OwnKind.Gate or OwnKind.AllOfMatrix || (Kind is OwnKind.Delta && Declaration.Gate is not null);

    private bool HasDivisor => Kind is OwnKind.Normaliser or OwnKind.AllOfMatrix;

    private bool HasScore => Kind is OwnKind.Score or OwnKind.ScoreAndMask;

    private bool IsDelta => Kind is OwnKind.Delta or OwnKind.VectorDelta;

    public static OwnParts Of(int seed)
    {
        var random = new Random(seed);
        var kind = (OwnKind)(seed % Enum.GetValues<OwnKind>().Length);
        int Pick(params int[] choices) => choices[random.Next(choices.Length)];
        bool Chance(int oneIn) => random.Next(oneIn) == 0;
        var isSoftmax = kind >= OwnKind.Score;
        var d = Layers.Plain(Pick(1, 4, 6, 7), Pick(1, 3, 5)) with { Heads = 2, Form = !isSoftmax && Chance(2) ? new(0, 16) : null };
        if (isSoftmax)
        {
            d = d with { Causal = !Chance(4) };
            if (d.Causal && Chance(3)) d = d with { Window = new(5, false, Pick(0, 2)) };
            if (Chance(4)) d = d with { Heads = 4, KeyValueHeads = 2 };
        }
        else
        {
            if (kind is OwnKind.Gate or OwnKind.AllOfMatrix || Chance(4)) d = d with { Gate = new(Chance(2) ? GateShape.Key : GateShape.Head, null, null, null) };
            if (kind is OwnKind.Gate) d = d with { Kernel = Chance(2) ? Kernel.Silu : null };
            if (kind is OwnKind.Delta or OwnKind.VectorDelta) d = d with { Write = new(WriteRule.Delta), Gate = Chance(2) ? d.Gate : new(Chance(2) ? GateShape.Key : GateShape.Head, null, null, null) };
            else if (d.Gate is null && Chance(4)) d = d with { Causal = false };
        }

        var parts = new OwnParts(seed, kind, d, "") { Width = Pick(1, 3, d.KeyDim, 9), Learned = kind is OwnKind.Map or OwnKind.Delta ? Pick(0, 1) : kind is OwnKind.VectorMap or OwnKind.VectorDelta ? Pick(0, 2) : 0, Learns = Chance(2), Mark = kind is OwnKind.Mask or OwnKind.ScoreAndMask && Chance(2) ? Pick(0, 1, 2, 3) : -1 };
        return parts with { Members = FunctionGrowth.Shared + parts.Grow(new(random), new(random, d.KeyDim)) };
    }

    /// <summary>The layer, as a person would write it.</summary>
    public string Source(string name) =>
        $"{Preamble}using System; using AttnDsl; using R = System.Single; using M = System.MathF;\n{DeclarationText.Of(Declaration, name).TrimEnd(';')}\n{{\n    {Members}\n}}";

    /// <summary>The same methods in every precision, as files of their own.</summary>
    public IEnumerable<string> Methods(string name) => s_precisions.Select(p => $$"""
        {{Preamble}}using System; using AttnDsl; using R = {{p.Number}}; using M = {{p.Functions}};
        namespace AttnDsl.Space.Compiled
        {
            internal static class {{name}}{{p.Name}}
            {
                {{(p.Name.StartsWith("Dual", StringComparison.Ordinal) ? Plain().Replace("const R", "static readonly R", StringComparison.Ordinal) : Plain())}}
                public static AttnDsl.Reference.OwnFunctions<R> Own => new() { {{string.Join(", ", Parts())}} };
            }
        }
        """);

    /// <summary>The reference loops' view of them, written with <see cref="Methods"/> in mind.</summary>
    public string Access(string name)
    {
        var mask = Kind is OwnKind.Mask or OwnKind.ScoreAndMask ? $"Mask = (i, j, h) => {name}Float.Sees(new((int)i, (int)j, h){(Mark < 0 ? "" : $", (int)({s_marks[Mark].Text.Replace("Math", "global::System.Math", StringComparison.Ordinal)})")}), " : "";
        var features = Kind switch { OwnKind.Map or OwnKind.AllOfMatrix or OwnKind.Delta => Declaration.KeyDim, OwnKind.TwoMaps => 2 * Declaration.KeyDim, OwnKind.VectorMap or OwnKind.VectorDelta => Width, _ => 0 };
        var learned = string.Concat(Names().Select(n => $"[\"{n}\"] = [], ")) + (Learned == 2 ? $"[\"W\"] = [{Width}, {Declaration.KeyDim}], [\"b\"] = [{Width}]" : "");
        return $"new global::AttnDsl.Reference.OwnFunctions({string.Join(", ", s_precisions.Select(p => $"{name}{p.Name}.Own"))}) {{ {mask}Features = {features}, Parameters = new global::System.Collections.Generic.Dictionary<string, int[]> {{ {learned} }} }}";
    }

    /// <summary>Numbers that a head learns.</summary>
    private IEnumerable<string> Names()
    {
        if (Learned == 1) yield return "s";
        if (Learns && HasGate) yield return "g";
        if (Learns && HasDivisor) yield return "n";
        if (Learns && HasScore) yield return "x";
    }

    private IEnumerable<string> Parts()
    {
        string Number(string name) => Learns ? $", w(\"{name}\")[0]" : "";
        var given = Learned switch { 0 => "", 1 => ", w(\"s\")[0]", _ => ", w(\"W\"), w(\"b\")" };
        if (Kind is OwnKind.Map or OwnKind.AllOfMatrix or OwnKind.Delta) yield return $"Map = (x, w) => Array.ConvertAll(x, e => Map(e{given}))";
        if (Kind is OwnKind.TwoMaps) yield return "Map = (x, w) => [.. Array.ConvertAll(x, e => Map(e)), .. Array.ConvertAll(x, e => Map2(e))]";
        if (Kind is OwnKind.VectorMap or OwnKind.VectorDelta) yield return $"Map = (x, w) => {{ var y = new R[{Width}]; for (int f = 0; f < y.Length; f++) y[f] = Map(x, f{given}); return y; }}";
        if (HasGate) yield return $"Gate = (z, w) => LogDecay(z{Number("g")})";
        if (HasDivisor) yield return $"Divisor = (sum, w) => Divisor(sum{Number("n")})";
        if (HasScore) yield return $"Score = (s, i, j, h, w) => Score(s, new((int)i, (int)j, h){Number("x")})";
    }

    /// <summary>What a method may say is kept within bounds, so that a wrong last digit stays one.</summary>
    private string Grow(FunctionGrowth growth, VectorGrowth vectors)
    {
        // Keys whose features are longer than 1 let the state of a delta rule grow.
        var size = IsDelta ? "(R)0.4f * " : "";
        string Learning(string name) => Learns ? $", [Learned] R {name}" : "";
        string Where(string text) => Learns ? text : "";

        // Without a learned number the sign of features is left open where nothing divides by their sum.
        var map = $"[FeatureMapFunction] public static R Map(R x{(Learned == 1 ? ", [Learned] R mapS" : "")}) => {size}M.Tanh(Grown1(x){(Learned == 1 && IsDelta ? " + mapS" : "")}){(Kind == OwnKind.AllOfMatrix ? " + 2" : "")}{(Learned == 1 && !IsDelta ? " * M.Cos(mapS * x) + mapS" : "")}; {growth.Method("Grown1", "R x")}";
        var gate = $"[GateFunction] public static R LogDecay(R z{Learning("mapG")}) => -M.Abs(M.Tanh(Grown2(z){Where(" + mapG * z")})); {growth.Method("Grown2", "R x")}";
        var divisor = $"[NormaliserFunction] public static R Divisor(R sum{Learning("mapN")}) => M.Abs(sum) + M.Tanh(Grown3(0.01f * sum){Where(" * mapN")}) + 2; {growth.Method("Grown3", "R x")}";
        var score = $"[ScoreFunction] public static R Score(R x, in ScorePosition p{Learning("mapX")}) => 4 * M.Tanh(0.01f * Grown1(x, p){Where(" + mapX * x")}); {growth.Method("Grown1", "R x, in ScorePosition p")}";
        var mask = $"[MaskFunction] public static bool Sees(in ScorePosition p{(Mark < 0 ? "" : ", [PerToken] int mark")}) => {(Mark < 0 ? "Grown2(p)" : Marked)} || p.Query == p.Key; {growth.Mask("Grown2")}";
        return Kind switch
        {
            OwnKind.Map => map,
            OwnKind.TwoMaps => $"{map} [FeatureMapFunction] public static R Map2(R x) => M.Tanh(Grown4(x)); {growth.Method("Grown4", "R x")}",
            OwnKind.Delta => HasGate ? $"{map} {gate}" : map,
            OwnKind.VectorMap or OwnKind.VectorDelta => $"[FeatureMapFunction(FeatureDim = {Width})] public static R Map(ReadOnlySpan<R> x, int feature{(Learned == 2 ? $", [Learned({Width}, {Declaration.KeyDim})] ReadOnlySpan<R> mapW, [Learned({Width})] ReadOnlySpan<R> mapB" : "")}) {{ {vectors.Body(Learned == 2).Replace("return ", "return " + size, StringComparison.Ordinal)} }}",
            OwnKind.Gate => gate,
            OwnKind.Normaliser => divisor,
            OwnKind.AllOfMatrix => $"{map} {gate} {divisor}",
            OwnKind.Score => score,
            OwnKind.Mask => mask,
            _ => $"{score} {mask}",
        };
    }

    /// <summary>Conditions on the number that comes with the query.</summary>
    private string Marked => (Seed / 7 % 5) switch
    {
        0 => "Grown2(p) && p.Key >= mark",
        1 => "p.Key < mark || Grown2(p)",
        2 => "(p.Key + mark) % 3 == 0",
        3 => "(mark > 2 ? Grown2(p) : p.Key <= mark)",
        _ => "p.Key >= mark && p.Key < mark + 4",
    };

    /// <summary>The methods without what makes them parts of a layer.</summary>
    private string Plain() => Attributes().Replace(Members, "");

    [GeneratedRegex(@"\[(FeatureMapFunction|GateFunction|NormaliserFunction|ScoreFunction|MaskFunction|Learned|PerToken)(\([^)]*\))?\] ?")]
    private static partial Regex Attributes();
}
