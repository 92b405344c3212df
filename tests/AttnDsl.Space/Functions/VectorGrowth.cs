using System;

namespace AttnDsl.Space.Functions;

/// <summary>Random maps of all channels as people write them: sums and largest ones over channels, channels by number, a learned matrix.</summary>
/// <param name="random">What is drawn from.</param>
/// <param name="channels">K.</param>
internal sealed class VectorGrowth(Random random, int channels)
{
    /// <summary>Of <c>ReadOnlySpan&lt;R&gt; x, int feature</c>, and of <c>mapW</c> and <c>mapB</c> where they are learned.</summary>
    public string Body(bool isLearned)
    {
        var body = "R sum = 0, least = 3;";
        if (isLearned) body += $" R along = mapB[feature]; for (int c = 0; c < x.Length; c++) along += mapW[feature * x.Length + c] * {Pick("x[c]", "M.Tanh(x[c])", "(x[c] > 0 ? x[c] : 0.25f * x[c])", "x[c] * x[c]")};";
        body += $" for (int c = 0; c < x.Length; c++) sum += {Term()};";
        if (Chance(2)) body += $" for (int c = 0; c < x.Length; c++) {{ {Pick("least = M.Min(least, x[c]);", "if (x[c] < least) least = x[c];", "R d = x[c] - sum / x.Length; least -= d * d;", "least -= M.Abs(x[c]);")} }}";
        if (Chance(3)) body += $" R power = {Channel()}; for (int n = 1; n <= {random.Next(1, 4)}; n++) {{ sum += power / n; power *= {Channel()}; }}";
        if (Chance(3)) body += $" if ({Channel()} > {Pick("0", "0.5f", "sum")}) return M.Tanh({Value(isLearned)});";
        return $"{body} return M.Tanh({Value(isLearned)});";
    }

    private string Term() => random.Next(6) switch
    {
        0 => "x[c]",
        1 => "M.Exp(M.Min(x[c], 2))",
        2 => "x[c] * x[c]",
        3 => "M.Cos((R)0.3f * feature * c) * x[c]",
        4 => "M.Abs(x[c]) / x.Length",
        _ => "(x[c] > 0 ? x[c] : 0)",
    };

    private string Channel() => random.Next(4) switch
    {
        0 => $"x[feature % {channels}]",
        1 => $"x[(feature + 1) % {channels}]",
        2 => $"x[{random.Next(channels)}]",
        _ => $"x[feature / 2 % {channels}]",
    };

    private string Value(bool isLearned) => random.Next(isLearned ? 7 : 5) switch
    {
        0 => $"{Channel()} * {Channel()} + 0.5f * sum",
        1 => $"{Channel()} - sum / (M.Abs(least) + 1)",
        2 => $"{Channel()} / (M.Sqrt(M.Abs(sum) + 1))",
        3 => $"feature * 0.1f + {Channel()} + least",
        4 => $"sum - least * {Channel()}",
        5 => "along",
        _ => $"along + {Channel()} * M.Tanh(sum)",
    };

    private bool Chance(int oneIn) => random.Next(oneIn) == 0;

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];
}
