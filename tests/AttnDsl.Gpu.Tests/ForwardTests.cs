using System.Linq;
using AttnDsl.Conformance.Layers;
using AttnDsl.Conformance.Support;
using Xunit;

namespace AttnDsl.Gpu.Tests;

/// <summary>The twin's outputs and states are the CPU's, form by form.</summary>
[Collection(OnCpu.Name)]
public sealed class ForwardTests(CpuAccelerator accelerator)
{
    /// <summary>Two float32 computations of one formula in different orders.</summary>
    private const double Bar = 2e-6;

    public static TheoryData<string, int> NarrowCases { get; } = Cases(narrow: true, [1, 19, 70]);

    public static TheoryData<string, int> WideCases { get; } = Cases(narrow: false, [35]);

    [Theory]
    [MemberData(nameof(NarrowCases))]
    [MemberData(nameof(WideCases))]
    public void Forward_EveryForm_EqualsCpu(string name, int time)
    {
        var (cpu, gpu) = Runs(name, time);
        foreach (var form in new[] { Forms.Parallel, Forms.Chunkwise, Forms.Recurrent }.Where(f => cpu.Subject.Layer.Forms.HasFlag(f)))
            AssertEqual(cpu.Forward(form), gpu.Forward(form), $"{name} T{time} {form}");
    }

    [Theory]
    [MemberData(nameof(NarrowCases))]
    public void Stream_InPieces_EqualsCpuAndOnePass(string name, int time)
    {
        var (cpu, gpu) = Runs(name, time);
        if (!cpu.Subject.Layer.IsCausal) return;
        int[] pieces = time == 1 ? [-1] : [time / 3, -1, -1, 0, time - (time / 3) - 2];
        var (expected, state) = cpu.Stream(pieces);
        var (actual, deviceState) = gpu.Stream(pieces);
        AssertEqual(expected, actual, $"{name} T{time} streamed");
        AssertEqual(state.ReadMatrix(), deviceState.ReadMatrix(), $"{name} T{time} state");
        AssertEqual(state.ReadKeySum(), deviceState.ReadKeySum(), $"{name} T{time} key sum");
        AssertEqual(state.ReadMaximum(), deviceState.ReadMaximum(), $"{name} T{time} maximum");
    }

    [Theory]
    [MemberData(nameof(NarrowCases))]
    public void Continue_EveryForm_EqualsCpu(string name, int time)
    {
        var (cpu, gpu) = Runs(name, time);
        if (!cpu.Subject.Layer.IsCausal) return;
        foreach (var form in new[] { Forms.Parallel, Forms.Chunkwise, Forms.Recurrent }.Where(f => cpu.Subject.Layer.Forms.HasFlag(f)))
        {
            var (expected, state) = cpu.Continue(form, time / 2, time - (time / 2));
            var (actual, deviceState) = gpu.Continue(form, time / 2, time - (time / 2));
            AssertEqual(expected, actual, $"{name} T{time} {form} continued");
            AssertEqual(state.ReadMatrix(), deviceState.ReadMatrix(), $"{name} T{time} {form} state");
        }
    }

    /// <summary>A gate of −∞ forgets everything; sums of it must not become NaN.</summary>
    [Theory]
    [InlineData("SimpleGla7x5")]
    [InlineData("KimiDelta7x5")]
    [InlineData("GroupedGla7x5")]
    public void Forward_WithClosedGates_EqualsCpu(string name)
    {
        var (cpu, gpu) = Runs(name, 40);
        foreach (var run in new[] { cpu, gpu })
        {
            var gates = run.Tensors["in.g"].Data;
            for (var i = 0; i < gates.Length; i += 5) gates[i] = float.NegativeInfinity;
        }

        foreach (var form in new[] { Forms.Chunkwise, Forms.Recurrent }) AssertEqual(cpu.Forward(form), gpu.Forward(form), $"{name} {form}");
    }

    private static TheoryData<string, int> Cases(bool narrow, int[] times)
    {
        var cases = new TheoryData<string, int>();
        foreach (var subject in narrow ? Twins.Narrow : Twins.Wide)
            foreach (var time in times) cases.Add(subject.Name, time);
        return cases;
    }

    internal static void AssertEqual(float[] expected, float[] actual, string what)
    {
        var error = ErrorRatio.Of(actual, System.Array.ConvertAll(expected, x => (double)x));
        Assert.True(error <= Bar, $"{what}: {error:e2} over {Bar:e2}");
    }

    private (SubjectRun Cpu, SubjectRun Gpu) Runs(string name, int time)
    {
        var subject = GradientSubjects.All[name];
        return (SubjectRun.Random(subject, seed: time, time), SubjectRun.Random(subject.OnGpu(accelerator.Device), seed: time, time));
    }
}
