using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Emit;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Parsing.Functions;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Generator.Tests.Functions;

/// <summary>Every translation says what the method says.</summary>
public sealed class TranslationTests(ITestOutputHelper output)
{
    private static readonly (string Name, string Text)[] s_methods =
    [
        ("Identity", "public static R Identity(R x) => x;"),
        ("Constant", "public static R Constant(R x) => 2;"),
        ("EluPlusOne", "public static R EluPlusOne(R x) => x < 0 ? M.Exp(x) : x + 1;"),
        ("Gelu", "private const R C = 0.044715f; public static R Gelu(R x) => 0.5f * x * (1 + M.Tanh(0.75f * (x + C * x * x * x)));"),
        ("Locals", "public static R Locals(R x) { R a = x * x, b; b = a + 1; a = b * b; { R c = a - b; return c / b; } }"),
        ("Reassigned", "public static R Reassigned(R x) { x *= 2; if (x > 1) x -= 1; else if (x < -1) { x += 1; x /= 3; } return x; }"),
        ("Early", "public static R Early(R x) { if (x < -1) return -1; if (x > 1) return 1; return x; }"),
        ("Nested", "public static R Nested(R x) { if (x > 0) { if (x > 1) return 1; } else { return 0; } R y = x + x; return y; }"),
        ("Calls", "private static R Square(R x) => x * x; private static R Sum(R a, R b = 3) => a + 2 * b; public static R Calls(R x) => Sum(b: Square(x), a: x) + Sum(Square(x + 1));"),
        ("InnerMethod", "public static R InnerMethod(R x) { static R Half(R y) { return y * 0.5f; } return Half(Half(x)); }"),
        ("Captures", "public static R Captures(R x) { R y = x * x; R Scaled(R z) => Square(z) * y + x; R Square(R z) { R w = z * z; return w; } R a = Scaled(2); y += 1; return a + Scaled(x); }"),
        ("Flags", "public static R Flags(R x) { bool low = x < 0, far = M.Abs(x) > 1; return low && !far ? 1 : low || far ? 2 : low == far ? 3 : 4; }"),
        ("Switches", "public static R Switches(R x) { bool some = x > 1; some |= x < -1; bool both = some; both &= x > 0; some ^= x > 2; return some ? both ? 1 : 2 : 3; }"),
        ("SoftplusByHand", "public static R SoftplusByHand(R x) => M.Log(1 + M.Exp(x));"),
        ("LogSigmoidByHand", "public static R LogSigmoidByHand(R x) => M.Log(1 / (M.Exp(-x) + 1));"),
        ("Rounded", "public static R Rounded(R x) => (int)(3 * x) + (int)M.Floor(x) + M.Ceiling(x) - M.Truncate(2 * x);"),
        ("Powers", "public static R Powers(R x) => M.Pow(x, 5) + M.Pow(M.Abs(x) + 1, -2) + M.Pow(2, x);"),
        ("ManyBranches", $"public static R ManyBranches(R x) {{ R y = 0; {string.Concat(Enumerable.Range(0, 40).Select(n => $"if (x > {n}) y += {n};"))} return y; }}"),
        ("ByReference", "public static R ByReference(in R x) => x + x;"),
    ];

    private static readonly (string Name, string Text)[] s_scores =
    [
        ("Alibi", "private static R Slope(int head) => M.Exp(-0.5f * (head + 1)); public static R Alibi(R score, in ScorePosition p) => score - Slope(p.Head) * (p.Query - p.Key);"),
        ("Documents", "public static bool Documents(in ScorePosition p) => p.Query / 5 == p.Key / 5;"),
        ("Prefix", "public static bool Prefix(ScorePosition p) => p.Key < 4 || p.Key <= p.Query;"),
        ("Dilated", "private static int Gap(in ScorePosition at) => at.Query - at.Key; public static bool Dilated(in ScorePosition p) => Gap(p) % 3 == 0 && Gap(in p) < 12;"),
        ("Bits", "public static R Bits(R score, in ScorePosition p) => score + (p.Head & 3) + (p.Query >> 2) + (p.Key << 1) + (p.Key - p.Query) / 2 + (p.Key - p.Query) % 4;"),
        ("Tables", "public static R Tables(R score, in ScorePosition p) { int step = Math.Min(p.Query - p.Key, 8); if (step > 4) step = 4 + (step - 4) / 2; return score * (1 - 0.125f * step); }"),
    ];

    [Fact]
    public void Methods_OfANumber_SayTheSame()
    {
        var methods = new Translated(string.Concat(s_methods.Select(m => m.Text)));
        foreach (var (name, _) in s_methods)
        {
            var e = methods.Translation(name);
            for (var x = -5.03; x < 45; x += x < 5 ? 0.07 : 1.3) Check(name, e, methods.Call(name, x), Translated.Value(e, x), $"x = {x}");
        }
    }

    [Fact]
    public void Methods_OfPositions_SayTheSame()
    {
        var methods = new Translated(string.Concat(s_scores.Select(m => m.Text)));
        foreach (var (name, _) in s_scores)
        {
            var e = methods.Translation(name);
            for (var query = 0; query < 30; query++)
            for (var key = 0; key < 30; key++)
            {
                var at = (query, key, Head: (query + key) % 7);
                Check(name, e, methods.Call(name, 0.3, at), Translated.Value(e, 0.3, at), $"{at}");
            }
        }
    }

    /// <summary>Random methods, each at a dozen points.</summary>
    [Theory]
    [InlineData(1, "R x")]
    [InlineData(2, "R x, in ScorePosition p")]
    public void RandomMethods_SayTheSame(int seed, string parameters)
    {
        const int count = 150;
        var random = new Random(seed);
        var growth = new FunctionGrowth(random);
        var texts = Enumerable.Range(0, count).Select(n => growth.Method($"F{n}", parameters)).ToArray();
        var methods = new Translated(FunctionGrowth.Shared + string.Join('\n', texts));
        var (said, refused) = (0, new List<string>());
        for (var n = 0; n < count; n++)
        {
            Expr e;
            try
            {
                e = methods.Translation($"F{n}");
            }
            catch (TranslationException tooLong)
            {
                refused.Add(tooLong.Message);
                continue;
            }

            for (var trial = 0; trial < 12; trial++)
            {
                var x = 6 * random.NextDouble() - 3;
                var at = (random.Next(40), random.Next(40), random.Next(8));
                Check(texts[n], e, methods.Call($"F{n}", x, at), Translated.Value(e, x, at), $"x = {x:R}, {at}");
                said++;
            }
        }

        output.WriteLine($"{said} values of {count} methods, {refused.Count} too long");
        Assert.All(refused, m => Assert.Contains("formula of more than", m));
        Assert.True(refused.Count < count / 4, $"{refused.Count} of {count} are too long");
    }

    private static void Check(string method, Expr e, double expected, double actual, string at) =>
        Assert.True(Translated.Agree(expected, actual), $"{actual:R} is not {expected:R} at {at}:\n{method}\n{FormulaPrinter.Print(e, ["x"])}");
}
