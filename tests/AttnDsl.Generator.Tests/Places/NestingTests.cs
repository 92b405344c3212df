using AttnDsl.Generator.Tests.Harness;
using Xunit;

namespace AttnDsl.Generator.Tests.Places;

/// <summary>Where a layer may be declared: every place compiles strictly and runs.</summary>
public sealed class NestingTests
{
    private const string A = Layers.Attributes;

    [Theory]
    [InlineData("partial class Outer {{ {0} public static partial class Inner; }}", "Outer.Inner")]
    [InlineData("partial struct Outer {{ {0} public static partial class Inner; }}", "Outer.Inner")]
    [InlineData("partial record Outer {{ {0} public static partial class Inner; }}", "Outer.Inner")]
    [InlineData("partial record struct Outer {{ {0} public static partial class Inner; }}", "Outer.Inner")]
    [InlineData("partial record class Outer(int Number) {{ {0} public static partial class Inner; }}", "Outer.Inner")]
    [InlineData("readonly partial struct Outer {{ {0} public static partial class Inner; }}", "Outer.Inner")]
    [InlineData("ref partial struct Outer {{ {0} public static partial class Inner; }}", "Outer.Inner")]
    [InlineData("partial interface IOuter {{ {0} public static partial class Inner; }}", "IOuter.Inner")]
    [InlineData("static partial class Outer {{ {0} public static partial class Inner; }}", "Outer.Inner")]
    [InlineData("abstract partial class Outer {{ {0} public static partial class Inner; }}", "Outer.Inner")]
    [InlineData("partial class A {{ internal partial struct B {{ internal partial record C {{ {0} internal static partial class D; }} }} }}", "A.B.C.D")]
    public void Nested_InAnyKind_Runs(string source, string type) =>
        new Project(string.Format(null, source, A)).Run(Layers.Use(type));

    [Theory]
    [InlineData("private")]
    [InlineData("protected")]
    [InlineData("private protected")]
    [InlineData("protected internal")]
    [InlineData("internal")]
    public void Nested_WithAccessibility_Runs(string access) => new Project($$"""
        public partial class Outer
        {
            {{A}} {{access}} static partial class Inner;
            internal static void Probe()
            {
                {{Layers.Use("Inner")}}
            }
        }
        """).Run("Outer.Probe();");

    [Theory]
    [InlineData("partial class Outer<T> {{ {0} public static partial class Inner; }}", "Outer<string>.Inner")]
    [InlineData("partial class Outer<TKey, TValue> where TKey : notnull where TValue : class, new() {{ {0} public static partial class Inner; }}", "Outer<int, object>.Inner")]
    [InlineData("partial struct Outer<T> where T : unmanaged {{ public partial class Middle<S> {{ {0} public static partial class Inner<U>; }} }}", "Outer<int>.Middle<string>.Inner<long>")]
    [InlineData("partial class Outer<@class> {{ {0} public static partial class Inner; }}", "Outer<int>.Inner")]
    [InlineData("partial class Outer<State, Inputs> {{ {0} public static partial class Inner; }}", "Outer<int, int>.Inner")]
    public void Nested_InGeneric_Runs(string source, string type) =>
        new Project(string.Format(null, source, A)).Run(Layers.Use(type));

    [Theory]
    [InlineData("{0} public static partial class Layer<T>;", "Layer<int>")]
    [InlineData("{0} public sealed partial class Layer<T> where T : System.IComparable<T>;", "Layer<int>")]
    [InlineData("{0} public partial struct Layer<T, TVec, K, V> where T : struct;", "Layer<int, string, float, double>")]
    [InlineData("{0} public partial record Layer<System, AttnDsl>;", "Layer<int, string>")]
    [InlineData("{0} public partial class Layer; {0} public partial class Layer<T>; {0} public partial class Layer<T, U>;", "Layer<int, string>")]
    public void Declared_AsGeneric_Runs(string source, string type) => new Project(string.Format(null, source, A)).Run(Layers.Use(type));

    [Theory]
    [InlineData("namespace A.B; {0} public static partial class Layer;", "A.B.Layer")]
    [InlineData("namespace A.B {{ namespace C {{ {0} public static partial class Layer; }} }}", "A.B.C.Layer")]
    [InlineData("{0} public static partial class Layer;", "Layer")]
    [InlineData("namespace A.AttnDsl.Generated {{ {0} public static partial class Layer; }}", "A.AttnDsl.Generated.Layer")]
    [InlineData("namespace A.System {{ {0} public static partial class Layer; }}", "A.System.Layer")]
    [InlineData("namespace AttnDsl {{ {0} public static partial class Layer; }}", "AttnDsl.Layer")]
    [InlineData("namespace AttnDsl.Generated {{ {0} public static partial class Layer; }}", "AttnDsl.Generated.Layer")]
    public void Declared_InNamespace_Runs(string source, string type) => new Project(string.Format(null, source, A)).Run(Layers.Use(type));
}
