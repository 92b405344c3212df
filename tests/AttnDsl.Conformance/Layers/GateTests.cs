using System;
using AttnDsl.Conformance.Support;
using Xunit;

namespace AttnDsl.Conformance.Layers;

public sealed class GateTests
{
    [Theory]
    [InlineData("Gla7x5", -1e4f)]
    [InlineData("Gla80x96", -1e4f)]
    [InlineData("Gla80x96", 1e4f)]
    [InlineData("GroupedDelta7x5", -1e4f)]
    [InlineData("GroupedDelta80x96", -100f)]
    [InlineData("GroupedDelta80x96", 0f)]
    [InlineData("Mlstm7x5", -80f)]
    [InlineData("Mlstm80x96", -1e4f)]
    [InlineData("Mlstm80x96", 1e4f)]
    public void Forward_EveryGateHuge_EqualsTheOracle(string name, float gate)
        => Check(name, inputs => Array.Fill(inputs, gate));

    [Theory]
    [InlineData("Gla7x5", -1e4f)]
    [InlineData("Gla80x96", -1e4f)]
    [InlineData("GroupedDelta7x5", -1e3f)]
    [InlineData("GroupedDelta80x96", -1e3f)]
    [InlineData("Mlstm7x5", -1e3f)]
    [InlineData("Mlstm80x96", -1e3f)]
    public void Forward_OneTokenForgetsAll_EqualsTheOracle(string name, float gate)
        => Check(name, inputs =>
        {
            // Token 20 of each of the two sequences of 45.
            var row = inputs.Length / (2 * 45);
            Array.Fill(inputs, gate, 20 * row, row);
            Array.Fill(inputs, gate, 65 * row, row);
        });

    [Theory]
    [InlineData("Mlstm7x5", 80f)]
    [InlineData("Mlstm80x96", 80f)]
    [InlineData("Mlstm80x96", -80f)]
    public void Forward_HugeInputGate_EqualsTheOracle(string name, float gate)
    {
        var subject = Subject.All[name];
        var inputs = new Draw(9).Inputs(subject.Spec, batch: 2, time: 45);
        for (var i = 0; i < inputs.I.Length; i += 3)
        {
            inputs.I[i] = gate;
        }

        CheckForms(new SubjectRun(subject, inputs));
    }

    private static void Check(string name, Action<float[]> setGates)
    {
        var subject = Subject.All[name];
        var inputs = new Draw(8).Inputs(subject.Spec, batch: 2, time: 45);
        setGates(inputs.G);
        CheckForms(new SubjectRun(subject, inputs));
    }

    private static void CheckForms(SubjectRun run)
    {
        foreach (var form in run.Subject.EachForm)
        {
            run.AssertOutput(run.Forward(form), $"{form}");
            var (output, state) = run.Continue(form, 18, 27);
            run.AssertOutput(output, $"{form} in two pieces");
            run.AssertState(state, $"{form} in two pieces");
        }
    }
}
