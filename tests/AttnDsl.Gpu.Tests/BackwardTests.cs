using System;
using System.Collections.Generic;
using AttnDsl.Conformance.Layers;
using AttnDsl.Conformance.Support;
using AttnDsl.Golden.Vectors;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Gpu.Tests;

/// <summary>The twin's gradients are the CPU's.</summary>
[Collection(OnCpu.Name)]
public sealed class BackwardTests(CpuAccelerator accelerator)
{
    private const double Bar = 2e-6;

    /// <summary>Of the initial state, behind every token: what float32 gradients are held to everywhere, as both computations are off.</summary>
    private const double StateBar = 5e-6;

    /// <summary>
    /// Of phases and of learned gates and frequencies: each sums what all later tokens turn, most of which cancels. Behind 300 tokens the CPU's are up to 2.7e-6 off
    /// float64 and the twin's 2.4e-6, so that they may differ by what gradients are held to. On a card a learned rotary frequency's
    /// differs by 6.2e-6 behind 300 tokens of softmax, which is over.
    /// </summary>
    private const double PhaseBar = 5e-6;

    public static TheoryData<string, int> Narrow { get; } = Cases(Twins.Narrow, [1, 19, 70]);

    public static TheoryData<string, int> Wide { get; } = Cases(Twins.Wide, [35]);

    [Theory]
    [MemberData(nameof(Narrow))]
    [MemberData(nameof(Wide))]
    public void Backward_OnePass_EqualsCpu(string name, int time)
    {
        var (cpu, gpu) = Runs(name, time);
        AssertEqual(cpu.Backward(), gpu.Backward(), $"{name} T{time}");
    }

    [Theory]
    [MemberData(nameof(Narrow))]
    public void Backward_ThroughStates_EqualsCpu(string name, int time)
    {
        var (cpu, gpu) = Runs(name, time);
        if (!cpu.Subject.Layer.IsCausal) return;
        if (cpu.Subject.Spec.Similarity == Similarity.Softmax)
        {
            // Gradients of a cache begin as new; the first piece ends inside a window, the second behind it.
            var whole = cpu.Backward();
            foreach (var pieces in new int[][] { [time / 2, time - (time / 2)], [time - (time / 2), 0, time / 2] })
            {
                AssertEqual(whole, gpu.Backward(gpu.Run.NewState, gpu.Run.NewState(), pieces), $"{name} T{time} in {pieces.Length} pieces");
            }

            return;
        }

        var (expectedState, actualState) = (cpu.NewStateGradient(time), gpu.NewStateGradient(time));
        var expected = cpu.Backward(cpu.WarmState, expectedState, time / 2, time - (time / 2));
        var actual = gpu.Backward(gpu.WarmState, actualState, time / 2, time - (time / 2));
        AssertEqual(expected, actual, $"{name} T{time} in pieces");
        AssertEqual(expectedState.ReadMatrix(), actualState.ReadMatrix(), $"{name} T{time} initial state", StateBar);
        AssertEqual(expectedState.ReadMaximum(), actualState.ReadMaximum(), $"{name} T{time} initial maximum", StateBar);
    }

    internal static void AssertEqual(Dictionary<string, FloatTensor> expected, Dictionary<string, FloatTensor> actual, string what)
    {
        foreach (var (tensor, values) in expected) AssertEqual(values.Data, actual[tensor].Data, $"{what} {tensor}", tensor is "in.phi" or "in.phasegate" or "in.phasebias" or "in.theta" || (tensor is "in.g" && values.IsLearned) ? PhaseBar : Bar);
    }

    // As in the conformance tests, a gradient that all but cancels is measured as if it did not.
    private static void AssertEqual(float[] expected, float[] actual, string what, double bar = Bar)
    {
        var error = ErrorRatio.Of(Array.ConvertAll(actual, x => (double)x), Array.ConvertAll(expected, x => (double)x), Tolerances.LeastGradient);
        Assert.True(error <= bar, $"{what}: {error:e2} over {bar:e2}");
    }

    private static TheoryData<string, int> Cases(IEnumerable<Subject> subjects, int[] times)
    {
        var cases = new TheoryData<string, int>();
        foreach (var subject in subjects)
            foreach (var time in times) cases.Add(subject.Name, time);
        return cases;
    }

    private (GradientRun Cpu, GradientRun Gpu) Runs(string name, int time)
    {
        var subject = GradientSubjects.All[name];
        return (new(subject, seed: time, time), new(subject.OnGpu(accelerator.Device), seed: time, time));
    }
}
