using AttnDsl.Generator.Tests.Harness;
using Xunit;

namespace AttnDsl.Generator.Tests.Places;

/// <summary>Which kinds of type a layer may be, and several of them together.</summary>
public sealed class KindTests
{
    private const string A = Layers.Attributes;

    [Theory]
    [InlineData("record Layer;")]
    [InlineData("record Layer(int Number);")]
    [InlineData("sealed record class Layer(int Number);")]
    [InlineData("record struct Layer(int Number);")]
    [InlineData("readonly record struct Layer;")]
    [InlineData("struct Layer;")]
    [InlineData("readonly struct Layer;")]
    [InlineData("sealed class Layer;")]
    [InlineData("class Layer(int number) { public int Number => number; }")]
    [InlineData("abstract class Layer;")]
    [InlineData("static class Layer;")]
    [InlineData("class Layer : System.IDisposable { public void Dispose() { } }")]
    public void Declared_AsKind_Runs(string declaration) =>
        new Project($"{A} public {declaration.Insert(Kind(declaration), "partial ")}").Run(Layers.Use("Layer"));

    [Fact]
    public void Declared_SeveralInOneFile_Run() => new Project($$"""
        namespace First { {{A}} public static partial class Layer; {{A}} public static partial class Other; }
        namespace Second { {{A}} public static partial class Layer; }
        """).Run(Layers.Use("First.Layer"), Layers.Use("First.Other"), Layers.Use("Second.Layer"));

    [Fact]
    public void Declared_DifferingOnlyInCase_Run() =>
        new Project($"{A} public static partial class Layer; {A} public static partial class LAYER; {A} public static partial class LaYeR;")
            .Run(Layers.Use("Layer"), Layers.Use("LAYER"), Layers.Use("LaYeR"));

    [Fact]
    public void Declared_WithNamesThatFlattenAlike_Run() =>
        new Project($"namespace A.B {{ {A} public static partial class C; }} namespace A_B {{ {A} public static partial class C; }} partial class A_B_C {{ }} {A} public static partial class A_B__C;")
            .Run(Layers.Use("A.B.C"), Layers.Use("A_B.C"), Layers.Use("A_B__C"));

    [Fact]
    public void Declared_DerivedFromALayer_Runs() =>
        new Project($"{A} public partial class Base; {A} public partial class Derived : Base;").Run(Layers.Use("Base"), Layers.Use("Derived"));

    [Fact]
    public void Declared_WithInheritedMembersOfTheSameNames_Runs() =>
        new Project($$"""
            public class Base { public int State { get; set; } public static int KeyDim => 1; public string Explanation() => ""; protected int Heads; public int Use() => Heads; }
            {{A}} public partial class Derived : Base;
            """).Run(Layers.Use("Derived"));

    private static int Kind(string declaration)
    {
        foreach (var kind in new[] { "record", "struct", "class" })
            if (declaration.IndexOf(kind, System.StringComparison.Ordinal) is >= 0 and var at) return at;
        return 0;
    }
}
