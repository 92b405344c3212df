using System;

namespace AttnDsl.Generator.Tests.Functions;

/// <summary>
/// Random methods as people write them: locals, branches, early returns, calls of each other, whole numbers. <c>R</c> is the kind of
/// number and <c>M</c> its functions, so that the same text is a method of floats and one of doubles. Arguments are kept where nothing
/// overflows and nothing is undefined.
/// </summary>
internal sealed class FunctionGrowth(Random random)
{
    private static readonly string[] s_constants = ["(R)0", "(R)1", "(R)0.5f", "(R)(-2)", "(R)3", "(R)0.25f", "(R)1.5f", "Half"];

    /// <summary>The members that methods use.</summary>
    public const string Shared = "private const R Half = 0.5f; private static R Twice(R x) => x + x; private static bool Near(int a, int b) => Math.Abs(a - b) < 3;";

    /// <param name="parameters"><c>R x</c>, or <c>R x, in ScorePosition p</c>.</param>
    public string Method(string name, string parameters)
    {
        var p = parameters.Contains("ScorePosition");
        var body = $"R a = {Value(3, p)}; int n = {Whole(2, p)};";
        if (Chance(3)) body += $" if ({Condition(2, p)}) a = {Value(2, p)};";
        if (Chance(3)) body += $" if ({Condition(1, p)}) {{ a += {Value(2, p)}; n++; }} else {{ R b = {Value(1, p)}; a = b * {Value(1, p)}; }}";
        if (Chance(3)) body += $" if ({Condition(2, p)}) return {Value(2, p)};";
        if (Chance(4)) body += $" if ({Condition(1, p)}) {{ if ({Condition(1, p)}) {{ return {Value(1, p)}; }} a -= 1; }} else return {Value(1, p)};";
        if (Chance(3)) body += $" a *= {Value(1, p)};";
        return $"public static R {name}({parameters}) {{ {body} return {Value(2, p)} + a; }}";
    }

    /// <summary>A random mask: conditions on whole numbers, now and then on others.</summary>
    public string Mask(string name) => $"public static bool {name}(in ScorePosition p) {{ R x = p.Query; return {Condition(3, true)}; }}";

    private string Value(int depth, bool p) => depth == 0 ? Leaf(p) : random.Next(14) switch
    {
        0 => Leaf(p),
        1 => $"({Value(depth - 1, p)} + {Value(depth - 1, p)})",
        2 => $"({Value(depth - 1, p)} - {Value(depth - 1, p)})",
        3 => $"{Value(depth - 1, p)} * {Value(depth - 1, p)}",
        4 => $"({Value(depth - 1, p)} / (M.Abs({Value(depth - 1, p)}) + 0.5f))",
        5 => $"M.Exp(M.Min({Value(depth - 1, p)}, 2))",
        6 => $"M.Log(1 + M.Exp(M.Sin({Value(depth - 1, p)})))",
        7 => $"M.{Pick("Tanh", "Sin", "Cos", "Abs", "Floor", "Ceiling", "Truncate")}({Value(depth - 1, p)})",
        8 => $"M.Sqrt(M.Abs({Value(depth - 1, p)}) + 1)",
        9 => $"M.{Pick("Max", "Min")}({Value(depth - 1, p)}, {Value(depth - 1, p)})",
        10 => $"({Condition(depth - 1, p)} ? {Value(depth - 1, p)} : {Value(depth - 1, p)})",
        11 => $"(R)({Whole(depth - 1, p)})",
        12 => $"Twice({Value(depth - 1, p)})",
        _ => Pick($"(-{Value(depth - 1, p)})", $"M.Pow({Value(depth - 1, p)}, {random.Next(4)})", $"1 / (1 + M.Exp(-{Value(depth - 1, p)}))"),
    };

    private string Leaf(bool p) => random.Next(6) switch
    {
        < 3 => "x",
        3 when p => Pick("(R)p.Query", "(R)(p.Query - p.Key)", "(R)p.Head"),
        _ => Pick(s_constants),
    };

    private string Whole(int depth, bool p) => depth == 0 ? p && Chance(2) ? Pick("p.Query", "p.Key", "p.Head") : Pick("2", "-3", "7") : random.Next(9) switch
    {
        0 => $"({Whole(depth - 1, p)} + {Whole(depth - 1, p)})",
        1 => $"({Whole(depth - 1, p)} - {Whole(depth - 1, p)})",
        2 => $"{Whole(depth - 1, p)} * {Pick("2", "-3", "5")}",
        3 => $"({Whole(depth - 1, p)} / {Pick("3", "4", "7")})",
        4 => $"({Whole(depth - 1, p)} % {Pick("3", "8")})",
        5 => $"({Whole(depth - 1, p)} {Pick(">> 2", "<< 1", "& 7")})",
        6 => $"Math.{Pick("Max", "Min")}({Whole(depth - 1, p)}, {Whole(depth - 1, p)})",
        7 => $"(int)M.Max(-50, M.Min(50, {Value(depth - 1, p)}))",
        _ => $"({Condition(depth - 1, p)} ? {Whole(depth - 1, p)} : {Whole(depth - 1, p)})",
    };

    private string Condition(int depth, bool p) => depth == 0 ? $"x {Pick("<", ">", "<=", ">=")} {Pick(s_constants)}" : random.Next(7) switch
    {
        0 => $"{Value(depth - 1, p)} {Pick("<", ">=")} {Value(depth - 1, p)}",
        1 => $"{Whole(depth - 1, p)} {Pick("<", ">=", "==", "!=")} {Whole(depth - 1, p)}",
        2 => $"({Condition(depth - 1, p)} && {Condition(depth - 1, p)})",
        3 => $"({Condition(depth - 1, p)} || {Condition(depth - 1, p)})",
        4 => $"!({Condition(depth - 1, p)})",
        5 => $"Near({Whole(depth - 1, p)}, {Whole(depth - 1, p)})",
        _ => $"({Condition(depth - 1, p)}) == ({Condition(depth - 1, p)})",
    };

    private bool Chance(int oneIn) => random.Next(oneIn) == 0;

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];
}
