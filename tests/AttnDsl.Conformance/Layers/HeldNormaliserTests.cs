using System;
using System.Linq;
using AttnDsl.Conformance.Support;
using Xunit;

namespace AttnDsl.Conformance.Layers;

/// <summary>
/// Layers that hold their normaliser constant. That their gradients are those of the reference with the denominators frozen is tested
/// where every layer's are (<see cref="GradientTests"/>); here, what the declaration changes and what it does not.
/// </summary>
public sealed class HeldNormaliserTests
{
    public static TheoryData<string, string> Pairs => new()
    {
        { "MlstmHeld7x5", "Mlstm7x5" },
        { "MlstmHeld80x96", "Mlstm80x96" },
        { "NormalisedGlaHeld7x5", "NormalisedGla7x5" },
        { "BidirectionalHeld7x5", "Bidirectional7x5" },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Forward_Held_IsThatOfTheExactLayer(string held, string exact)
    {
        var (one, other) = (SubjectRun.Random(GradientSubjects.All[held], seed: 1, time: 70), SubjectRun.Random(GradientSubjects.All[exact], seed: 1, time: 70));
        foreach (var form in GradientSubjects.All[exact].EachForm)
        {
            Assert.InRange(ErrorRatio.Of(one.Forward(form), Array.ConvertAll(other.Forward(form), x => (double)x)), 0, Tolerances.Float32);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Backward_Held_ChangesAllButTheValuesGradient(string held, string exact)
    {
        var (without, with) = (new GradientRun(held, seed: 2, time: 70).Backward(), new GradientRun(exact, seed: 2, time: 70).Backward());
        foreach (var tensor in with.Keys)
        {
            var change = ErrorRatio.Of(without[tensor].Data, Array.ConvertAll(with[tensor].Data, x => (double)x));
            Assert.InRange(change, tensor == "in.v" ? 0 : 0.05, tensor == "in.v" ? Tolerances.Float32 : 10);
        }
    }
}
