using System;
using System.Linq;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Conformance.Layers;

public sealed class GradientGateTests
{
    [Theory]
    [InlineData("Gla7x5", -1e4f)]
    [InlineData("Gla80x96", -1e4f)]
    [InlineData("Gla80x96", 1e4f)]
    [InlineData("SimpleGla7x5", -1e4f)]
    [InlineData("SimpleGla80x96", -100f)]
    [InlineData("SimpleGla80x96", 0f)]
    [InlineData("NormalisedGla7x5", -100f)]
    [InlineData("GroupedDelta7x5", -1e4f)]
    [InlineData("GroupedDelta80x96", -100f)]
    [InlineData("GroupedDelta80x96", 0f)]
    [InlineData("KimiDelta7x5", -1e4f)]
    [InlineData("KimiDelta80x96", -100f)]
    [InlineData("Mlstm7x5", -80f)]
    [InlineData("Mlstm80x96", -1e4f)]
    [InlineData("Mlstm80x96", 1e4f)]
    public void Backward_EveryGateHuge_EqualsTheOracle(string name, float gate)
        => Check(name, inputs => Array.Fill(inputs.G, gate));

    [Theory]
    [InlineData("Gla7x5", -1e4f)]
    [InlineData("Gla80x96", -1e4f)]
    [InlineData("SimpleGla7x5", -1e3f)]
    [InlineData("NormalisedGla7x5", -1e3f)]
    [InlineData("GroupedDelta7x5", -1e3f)]
    [InlineData("GroupedDelta80x96", -1e3f)]
    [InlineData("KimiDelta7x5", -1e3f)]
    [InlineData("KimiDelta80x96", -1e3f)]
    [InlineData("Mlstm7x5", -1e3f)]
    [InlineData("Mlstm80x96", -1e3f)]
    public void Backward_OneTokenForgetsAll_EqualsTheOracle(string name, float gate)
        => Check(name, inputs =>
        {
            // Token 20 of each sequence.
            var row = inputs.G.Length / (inputs.Batch * inputs.Time);
            for (var b = 0; b < inputs.Batch; b++)
            {
                Array.Fill(inputs.G, gate, ((b * inputs.Time) + 20) * row, row);
            }
        });

    [Theory]
    [InlineData("Mlstm7x5", 80f)]
    [InlineData("Mlstm7x5", -80f)]
    [InlineData("Mlstm80x96", 80f)]
    [InlineData("Mlstm80x96", -80f)]
    public void Backward_HugeInputGate_EqualsTheOracle(string name, float gate)
        => Check(name, inputs =>
        {
            for (var i = 0; i < inputs.I.Length; i += 3)
            {
                inputs.I[i] = gate;
            }
        });

    [Theory]
    [InlineData("Softmax7x5")]
    [InlineData("Sinks7x5")]
    [InlineData("RotaryGrouped6x5")]
    public void Backward_ScoresThatOverflowExp_EqualTheOracle(string name)
        => Check(name, inputs =>
        {
            for (var i = 0; i < inputs.Q.Length; i++)
            {
                inputs.Q[i] *= 100;
            }
        });

    private static void Check(string name, Action<LayerInputs> change)
    {
        var isWide = GradientSubjects.All[name].Spec.KeyDim > 16;
        var run = new GradientRun(name, seed: 8, time: 70, batch: isWide ? 1 : 2, change);
        var faults = run.Faults(run.Backward(), run.Slope(), directions: isWide ? 3 : 6).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }
}
