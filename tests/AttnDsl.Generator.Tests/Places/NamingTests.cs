using System.Linq;
using AttnDsl.Generator.Tests.Harness;
using Xunit;

namespace AttnDsl.Generator.Tests.Places;

/// <summary>Names that generated code could trip over.</summary>
public sealed class NamingTests
{
    private const string A = Layers.Attributes;

    public static TheoryData<string> Escaped { get; } =
        ["class", "event", "int", "namespace", "record", "partial", "file", "required", "scoped", "where", "dynamic", "field", "async", "await", "global", "extension", "lower"];

    [Theory]
    [MemberData(nameof(Escaped))]
    public void Declared_WithKeywordName_Runs(string name) =>
        new Project($"public static partial class Outer {{ {A} public static partial class @{name}; }}").Run(Layers.Use($"Outer.@{name}"));

    [Fact]
    public void ParametersOfFunctions_WithKeywordNames_Run()
    {
        static string Capital(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);
        string[] learned = ["base", "params", "event", "this", "checked", "record"], numbers = ["in", "class", "where"];
        var source = $$"""
            using AttnDsl;
            [AttentionLayer(KeyDim = 2, ValueDim = 2, Heads = 1)]
            public static partial class Layer
            {
                [ScoreFunction] private static float Score(float score, in ScorePosition p, {{string.Join(", ", learned.Select(n => $"[Learned] float @{n}"))}}) => score + {{string.Join(" + ", learned.Select(n => "@" + n))}};
                [MaskFunction] private static bool Sees(in ScorePosition p, {{string.Join(", ", numbers.Select(n => $"[PerToken] int {Capital(n)}"))}}) => {{string.Join(" && ", numbers.Select(n => $"p.Key >= {Capital(n)}"))}};
            }
            """;
        var names = numbers.Concat(learned).Select(n => $"@{n}: {(numbers.Contains(n) ? "new float[3]" : "new float[1]")}");
        new Project(source).Run($"global::Layer.Forward(batch: 1, time: 3, q: new float[6], k: new float[6], v: new float[6], {string.Join(", ", names)}, output: new float[6]);");
    }

    [Theory]
    [MemberData(nameof(Escaped))]
    public void Around_WithKeywordName_Runs(string name) =>
        new Project($"namespace @{name}.Inner {{ public partial class @{name}<@as> {{ {A} public static partial class Layer; }} }}").Run(Layers.Use($"@{name}.Inner.@{name}<int>.Layer"));

    [Theory]
    [InlineData("Größe")]
    [InlineData("Внимание")]
    [InlineData("注意力")]
    [InlineData("I\u0307lk")]
    [InlineData("ıI")]
    [InlineData("_")]
    [InlineData("__arglist_")]
    [InlineData("Very_Long_0123456789_0123456789_0123456789_0123456789_0123456789_0123456789_0123456789_0123456789_0123456789")]
    public void Declared_WithUnusualName_Runs(string name) =>
        new Project($"namespace Überraum.{name}s {{ {A} public static partial class {name}; }}").Run(Layers.Use($"Überraum.{name}s.{name}"));

    /// <summary>Names that the generated code itself uses.</summary>
    private static readonly string[] s_used =
    [
        "System", "AttnDsl", "Math", "Unsafe", "TVec", "K", "V", "T", "Q", "G", "O", "B", "Call", "Pass", "Guards", "batch", "time", "output", "inputs",
        "units", "call", "pins", "Memory", "Batch", "Position", "Step", "Prefill", "Reset", "Fork", "S", "z", "Z", "M", "Window", "Q1", "Runtime", "Generated",
        "Span", "Forms", "form", "heads", "Native", "Launch", "Workspace", "Capacity", "QueryHeads", "outputTensor", "state", "stateful", "Kernel", "IsExternalInit",
    ];

    [Fact]
    public void Members_WithUsedNames_Run() => new Project(Each((name, n) => $$"""
        {{A}} public static partial class Static{{n}} { public static int {{name}} => 1; }
        {{A}} public partial class WithType{{n}} { public static class @{{name}} { } }
        """)).Run([.. s_used.SelectMany((_, n) => new[] { Layers.Use($"Static{n}"), Layers.Use($"WithType{n}") })]);

    [Fact]
    public void TypeParameters_WithUsedNames_Run() => new Project(Each((name, n) => $$"""
        {{A}} public partial class Layer{{n}}<@{{name}}>;
        public partial class Outer{{n}}<@{{name}}> { {{A}} public partial record Inner; }
        """)).Run([.. s_used.SelectMany((_, n) => new[] { Layers.Use($"Layer{n}<int>"), Layers.Use($"Outer{n}<int>.Inner") })]);

    [Fact]
    public void Layers_WithUsedNames_Run() => new Project(Each((name, n) => $$"""
        namespace N{{n}} { {{A}} public partial class @{{name}}; }
        namespace N{{n}}Space.{{name}} { {{A}} public partial class Layer; }
        """)).Run([.. s_used.SelectMany((name, n) => new[] { Layers.Use($"N{n}.{name}"), Layers.Use($"N{n}Space.{name}.Layer") })]);

    [Theory]
    [InlineData("[FeatureMap(Kernel.Softmax), Gate(GateShape.Head), Rotation(RotationKind.Selective), Window(9, SinkTokens = 2)]", "[ScoreFunction] static float Score(float x, in ScorePosition p")]
    [InlineData("[Gate(GateShape.Key), Rotation(RotationKind.Rotary), Read(Normaliser.None, Levels = 4)]", "[GateFunction] static float LogDecay(float x")]
    public void LearnedParameters_WithUsedNames_Compile(string attributes, string function)
    {
        string[] names =
        [
            "keys", "values", "sinkKeys", "lse", "state", "cos", "sin", "angles", "queries", "gateSums", "pass", "sequences", "group", "blocks", "kept", "chunks", "keyRows",
            "start", "snapshot", "queryFirst", "keyFirst", "sinkGap", "o", "places", "call", "item", "scratch", "work", "run", "of", "bind",
        ];
        foreach (var some in names.Chunk(8).Append(["keysGrad", "lseStep", "oGrad", "scratchAll"]))
        {
            var generated = new Project($$"""
                using AttnDsl;
                [AttentionLayer(KeyDim = 4, ValueDim = 6)] {{attributes}}
                public static partial class Layer { {{function}}{{string.Concat(some.Select(name => $", [Learned] float {name}"))}}) => x{{string.Concat(some.Select(name => $" - {name} * {name}"))}}; }
                """).Generate();
            Assert.Empty(generated.Analyze());
            Assert.Empty(generated.CompilerDiagnostics);
        }
    }

    [Fact]
    public void ParametersOfARecord_WithUsedNames_Run() =>
        new Project($"{A} public partial record Layer(int System, int AttnDsl, int Math, int Unsafe, int TVec, int K, int V, int T);").Run(Layers.Use("Layer"));

    [Theory]
    [InlineData("")]
    [InlineData("Place")]
    public void Types_WithNamesOfTheRuntime_Run(string space)
    {
        var names = new[] { "Math", "Unsafe", "Machine", "Launch", "Guards", "Pins", "Workspace", "IWork", "TensorArg", "StateMemory", "CacheMemory", "Native", "Span", "ReadOnlySpan", "MemoryMarshal", "Rotations", "Products", "Simd256", "ISimd", "Forms", "TensorSpan", "Memory", "Single" };
        var types = string.Join("\n", names.Select(n => $"internal static class {n} {{ }}"));
        var source = $"{A} public static partial class Layer; {A.Replace("Heads = 2", "Heads = 2, Scale = 1")} public static partial class Second; {types}";
        new Project(space.Length == 0 ? source : $"namespace {space} {{ {source} }}").Run(Layers.Use(space.Length == 0 ? "Layer" : space + ".Layer"));
    }

    [Fact]
    public void Types_WithNamesOfTheRuntime_InEveryFamily_Run()
    {
        const string types = "internal static class Math { } internal static class Unsafe { } internal static class Machine { } internal static class Launch { } internal struct Call { } internal enum Pass { }";
        new Project($$"""
            using AttnDsl;
            [AttentionLayer(KeyDim = 4, ValueDim = 4)] [Rotation(RotationKind.Rotary)] [Window(3, RuntimeSized = true, SinkTokens = 1)] public static partial class Soft;
            [AttentionLayer(KeyDim = 4, ValueDim = 4)] [Write(WriteRule.ExponentialGate)] public static partial class Mlstm;
            [AttentionLayer(KeyDim = 4, ValueDim = 4, Causal = false)] [Read(Normaliser.KeySum)] [FeatureMap(Kernel.Exp)] public static partial class Both;
            {{types}}
            namespace Place
            {
                [AttentionLayer(KeyDim = 4, ValueDim = 4)] [Gate(GateShape.Key)] [Write(WriteRule.Delta)] public static partial class Delta;
                {{types}}
            }
            """).Run(
            ProbeText.Use(Layers.Plain(4, 4) with { Rotation = new(RotationKind.Rotary, 10000, PairLayout.HalfSplit), Window = new(3, true, 1) }, "Soft"),
            ProbeText.Use(Layers.Plain(4, 4) with { Write = WriteRule.ExponentialGate }, "Mlstm"),
            ProbeText.Use(Layers.Plain(4, 4) with { Causal = false, Read = new(Normaliser.KeySum, null), Kernel = Kernel.Exp }, "Both"),
            ProbeText.Use(Layers.Plain(4, 4) with { Gate = new(GateShape.Key, null, null, null), Write = WriteRule.Delta }, "Place.Delta"));
    }

    private static string Each(System.Func<string, int, string> source) => string.Join("\n", s_used.Select(source));
}
