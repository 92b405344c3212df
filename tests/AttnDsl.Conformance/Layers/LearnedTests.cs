using System.Linq;
using Xunit;

namespace AttnDsl.Conformance.Layers;

/// <summary>What functions learn: forms, streams and gradients.</summary>
public sealed class LearnedTests
{
    public static TheoryData<string> Subjects => [.. LearnedSubject.All.Keys];

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Functions_WithLearnedNumbers_EqualTheOracle(string name)
    {
        foreach (var time in new[] { 0, 1, 40, 131 })
            Assert.Equal([], LearnedSubject.All[name].Faults(LearnedSubject.All[name].Layer, time).Where(fault => fault.Length > 0).Select(fault => $"T{time} {fault}"));
    }
}
