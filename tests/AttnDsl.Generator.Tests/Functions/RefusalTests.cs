using System.Globalization;
using System.Linq;
using AttnDsl.Generator.Diagnostics;
using AttnDsl.Generator.Tests.Harness;
using Xunit;

namespace AttnDsl.Generator.Tests.Functions;

/// <summary>Code that kernels do not have: a diagnostic at the token, with the reason and what to write.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("float Map(float x) { float sum = 0; [|for (int n = 0; n < x; n++) sum += x;|] return sum; }", "how often a loop runs has to be known to the compiler; let it count to a constant")]
    [InlineData("float Map(float x) { float sum = 0; [|for (int n = 0; ; n++) if (n > 3) return sum; else sum += x;|] }", "a loop that returns has no translation; assign a local in it and return that behind it")]
    [InlineData("float Map(float x) { [|foreach (float y in new[] { 1f, 2f }) x += y;|] return x; }", "a foreach has no translation; count over the numbers with for")]
    [InlineData("float Map(float x) { float sum = 0; float Add() { [|sum|] += x; return 1; } return sum + Add(); }", "sum belongs to the method around this one, which only reads it; return a value")]
    [InlineData("float Map(float x) { for (int n = 0; n < 3; n++) { if (x > n) [|break;|] x++; } return x; }", "a jump has no translation; let the loop count to a constant")]
    [InlineData("float Map(float x) { [|while (x > 1) x /= 2;|] return x; }", "a loop has no translation; use locals, if and return")]
    [InlineData("float Map(float x) => x <= 1 ? 1 : x * [|Map(x - 1)|];", "Map calls itself, and a kernel has no stack; write it as a formula")]
    [InlineData("float Map(float x) => (float)([|x * 0.5|]);", "it computes with double, and kernels with float; write constants as 0.5f, and MathF for Math")]
    [InlineData("float Map(float x) => (float)[|Math.Exp(x)|];", "Exp computes with double, and kernels with float; use MathF.Exp")]
    [InlineData("float Map(float x) { [|double|] y = x; return (float)y; }", "it computes with double, and kernels with float; write constants as 0.5f, and MathF for Math", "x")]
    [InlineData("float Map(float x) => [|MathF.Cbrt(x)|];", "MathF.Cbrt has no translation; there are")]
    [InlineData("float Map(float x) => x * [|s_factors[1]|]; private static readonly float[] s_factors = [1, 2];", "an array has no translation; use parameters")]
    [InlineData("float Map(float x) => [|x switch { < 0 => 0, _ => x }|];", "a switch has no translation; use parameters")]
    [InlineData("float Map(float x) { [|switch (x) { case < 0: return 0; default: return x; }|] }", "a switch has no translation; use locals, if and return")]
    [InlineData("float Map(float x) => [|x is > 0|] ? x : 0;", "a pattern is no condition that has a translation; use comparisons, &&, || and !")]
    [InlineData("float Map(float x) => [|x > 0 ? x : throw new ArgumentException(\"x\")|];", "an exception has no translation", "throw new ArgumentException(\"x\")")]
    [InlineData("float Map(float x) { [|if (x < 0) throw new ArgumentException(\"x\");|] return x; }", "an exception has no translation; use locals, if and return", "throw new ArgumentException(\"x\");")]
    [InlineData("float Map(float x) => x + [|Environment.ProcessorCount|];", "a property has no translation; use parameters")]
    [InlineData("float Map(float x) => x + [|new Random().NextSingle()|];", "NextSingle belongs to an object, and kernels have none; make it static")]
    [InlineData("float Map(float x) => x + [|Random.Shared.NextSingle()|];", "NextSingle belongs to an object, and kernels have none; make it static")]
    [InlineData("float Map(float x) => [|BitConverter.Int32BitsToSingle(1)|] * x;", "the source of System.BitConverter.Int32BitsToSingle(int) is not in this project; write the method here")]
    [InlineData("float Map(float x) => [|Plus(1)(x)|]; private static Func<float, float> Plus(float y) => x => x + y;", "Invoke belongs to an object, and kernels have none; make it static")]
    [InlineData("float Map(float x) => (int)x / [|n|]; private static int n => 3;", "a property has no translation; use parameters")]
    [InlineData("float Map(float x) => [|(int)x / (int)(x + 2)|];", "a kernel divides and shifts whole numbers by positive constants only; use a constant, or float")]
    [InlineData("float Map(float x) => [|(int)x ^ 5|];", "whole numbers are floats in a kernel and have no bits; of bit operations there are shifts and & with 2^n − 1")]
    [InlineData("float Map(float x) => [|x % 3|];", "a kernel has no remainder of floats; use x - y * MathF.Floor(x / y)")]
    [InlineData("float Map(float x) => (int)x + [|100000000|];", "a kernel keeps whole numbers as floats, which are exact up to 16777216; use a smaller one, or float")]
    [InlineData("float Map(float x) => (float)[|(decimal)x|];", "decimal is not what kernels compute with; use float, int and bool")]
    [InlineData("float Map(float x) { float y; return ([|y = x|]) + y; }", "an assignment inside an expression has no translation; use parameters")]
    [InlineData("float Map(float x) { [|s_last|] = x; return x; } private static float s_last; public static float Last => s_last;", "only locals can be assigned; a kernel has nothing else that lasts")]
    [InlineData("float Map(float x) => [|Half(out x)|]; private static float Half(out float y) { y = 1; return y; }", "Half changes y; return a value", "Half(out x)")]
    [InlineData("float Map(float x) => [|Same(x)|]; private static T Same<T>(T x) => x;", "what Same does is not known before it runs; call a plain static method")]
    [InlineData("float Map(float x) { float y = x + 1; [|y = y * y * y * y; y = y * y * y * y; y = y * y * y * y; y = y * y * y * y; y = y * y * y * y;|] return y; }", "written out it is a formula of more than 400 operations; make it simpler", "y * y")]
    public void Code_WithoutTranslation_IsReportedAtTheToken(string method, string reason, string? token = null)
    {
        var source = Marked.Parse("using System; using AttnDsl; [AttentionLayer(KeyDim = 4, ValueDim = 6)] public static partial class Layer { [FeatureMapFunction] private static " + method + " }");
        var generated = new Project(source.Text).Generate();
        Assert.Null(generated.Result.Exception);
        var found = Assert.Single(generated.Analyze());
        Assert.Equal(DiagnosticIds.UntranslatableCode, found.Id);
        Assert.Contains(reason, found.GetMessage(CultureInfo.InvariantCulture));
        Assert.Equal(token ?? source.Span, source.Text.Substring(found.Location.SourceSpan.Start, found.Location.SourceSpan.Length));
        Assert.Empty(generated.CompilerDiagnostics);
    }

    [Fact]
    public void Fault_InAnotherFile_IsReportedThere()
    {
        var found = Assert.Single(new Project(
            "using AttnDsl; [AttentionLayer(KeyDim = 4, ValueDim = 6)] public static partial class Layer { [FeatureMapFunction] private static float Map(float x) => Elsewhere.Bent(x); }",
            "public static class Elsewhere { private static float s_a = 1; public static float Bent(float x) => s_a * x; public static void Set() => s_a = 2; }").Generate().Analyze());
        Assert.Equal("Source1.cs", found.Location.SourceTree!.FilePath);
    }

    [Fact]
    public void Call_IntoALibrary_IsRefused()
    {
        var library = new Project("public static class Library { public static float Bent(float x) => x < 0 ? 0 : x; }") { Name = "Library" }.Compile();
        var consumer = new Project("using AttnDsl; [AttentionLayer(KeyDim = 4, ValueDim = 6)] public static partial class Layer { [FeatureMapFunction] private static float Map(float x) => Library.Bent(x); }");
        var found = Assert.Single((consumer with { References = consumer.References.Add(library.ToMetadataReference()) }).Generate().Analyze());
        Assert.Equal(DiagnosticIds.UntranslatableCode, found.Id);
    }

    [Fact]
    public void Functions_HalfWritten_ThrowNothing()
    {
        const string whole = """
            using System; using AttnDsl;
            [AttentionLayer(KeyDim = 4, ValueDim = 6)] [Gate(GateShape.Head)] public static partial class Layer {
            [FeatureMapFunction] static float Map(float x) { float y = 0, z; int n = (int)x % 3; if (x > 0 && !(n == 1)) { y += Help(x, b: 2); n++; } else return -1; z = y; return z > 1 ? MathF.Exp(z) : n; }
            [GateFunction] static float LogDecay(float z) => -MathF.Max(z, 0) * F;
            static float Help(float a, float b = 1) => a * b; const float F = 0.5f; }
            """;
        Assert.Empty(new Project(whole).Generate().Strict().Analyze());
        var tokens = Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText(whole).GetRoot().DescendantTokens().ToList();
        foreach (var token in tokens.SkipWhile(t => t.ValueText != "FeatureMapFunction")) ThrowsNothing(whole.Remove(token.SpanStart, token.Span.Length));
    }

    private static void ThrowsNothing(string source)
    {
        var generated = new Project(source).Generate();
        Assert.Null(generated.Result.Exception);
        Assert.All(generated.Analyze(), d => Assert.StartsWith("ATTN", d.Id, System.StringComparison.Ordinal));
    }
}
