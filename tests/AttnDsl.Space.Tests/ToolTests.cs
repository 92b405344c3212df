using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using AttnDsl.Conformance.Support;
using AttnDsl.Space.Running;
using Xunit;

namespace AttnDsl.Space.Tests;

public sealed class ToolTests
{
    [Theory]
    [InlineData("--count needs a value", "--count")]
    [InlineData("--count needs a number from 1, not '0'", "--count", "0")]
    [InlineData("unknown option '--cuont'", "--cuont", "3")]
    [InlineData("--count, --all, --point, --functions and --function exclude each other", "--all", "--count", "3")]
    [InlineData("--shard needs a part", "--shard", "3")]
    [InlineData("there is no part 5 of 4", "--shard", "5/4")]
    [InlineData("--point needs [AttentionLayer(…)]", "--point", "[Gate(GateShape.Key)]")]
    [InlineData("--point: ", "--point", "[AttentionLayer(KeyDim = 4, ValueDim = 4)] [Gat(GateShape.Key)]")]
    public void Misuse_IsNamed(string message, params string[] arguments)
    {
        var (code, output, error) = Run(arguments);
        Assert.Equal(SpaceTool.Misused, code);
        Assert.Empty(output);
        Assert.Contains(message, error);
        Assert.Contains(SpaceOptions.Usage, error);
    }

    [Fact]
    public void Point_AsReported_CanBeTriedAgain()
    {
        var (code, output, _) = Run("--point", "[AttnDsl.AttentionLayer(KeyDim = 3, ValueDim = 2)] [AttnDsl.Rotation(AttnDsl.RotationKind.Rotary, Base = 10000d, Layout = AttnDsl.PairLayout.HalfSplit)]");
        Assert.Equal(SpaceTool.Passed, code);
        Assert.Contains("1 are refused by name: ATTN0206 1", output);
        Assert.Contains("0 third outcomes", output);
    }

    [Fact]
    public void Report_OfSomePoints_IsGoneOnWith()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("report");
        string[] space = ["--count", "3", "--compile-only"];
        var (code, output, _) = Run([.. space, "--report", file, "--shard", "1/2", "--workers", "1"]);
        Assert.Equal(SpaceTool.Passed, code);
        Assert.Contains("2 points", output);
        var half = File.ReadAllLines(file);
        Assert.Equal(3, half.Length);

        // A line that was cut off is a point that was not tried.
        File.WriteAllLines(file, [.. half[..^1], half[^1][..^20]]);
        (code, output, _) = Run([.. space, "--report", file]);
        Assert.Equal(SpaceTool.Passed, code);
        Assert.Contains("3 points", output);
        var whole = File.ReadAllLines(file);
        Assert.Equal([half[0], half[1], half[2]], new[] { whole[0], whole[1], whole[3] });
        Assert.Equal(whole[0] + Environment.NewLine + output, Run("--summary", file, file).Output);
        Assert.Contains("is a report of", Run("--count", "4", "--compile-only", "--report", file).Error);
    }

    /// <summary>A process that dies takes nothing with it but the point that it died of.</summary>
    [Fact]
    public void Foreman_OfProcessesThatEnd_NamesEveryPoint()
    {
        var findings = new List<Finding>();
        new Foreman(new Fatal(), ["--no-such-option"], workers: 2, DateTime.MaxValue).Run([0, 1, 2], (finding, _) => findings.Add(finding));
        Assert.Equal([0, 1, 2], findings.Select(f => f.Index).Order());
        Assert.All(findings, f => Assert.Equal(Verdict.Third, f.Verdict));
        Assert.All(findings, f => Assert.StartsWith("its process ended with code 2\nerror: unknown option '--no-such-option'", f.Reason));
    }

    private sealed class Fatal : ISpace
    {
        public string Name => "fatal";

        public int Count => 3;

        public string CommandOf(int index) => $"point {index}";

        public IEnumerable<Unit> UnitsOf(IEnumerable<int> indices) => [new([.. indices], 1)];

        public void Prove(IReadOnlyList<int> indices, Action<Finding> report) => throw new NotSupportedException();
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        return (SpaceTool.Run(arguments, output, error, isTerminal: false), output.ToString(), error.ToString());
    }
}
