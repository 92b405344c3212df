using System;
using System.Linq;
using System.Threading;
using AttnDsl.Conformance.Layers;
using AttnDsl.Runtime;
using Xunit;

namespace AttnDsl.Conformance.States;

public sealed class ConcurrencyTests
{
    private const int Tokens = 300, Repetitions = 20;

    private static readonly string[] s_layers =
        [nameof(Gla7x5), nameof(Softmax7x5), nameof(GroupedDelta7x5), nameof(Mlstm7x5), nameof(TurnedWindow6x5), nameof(SelectivePairs6x5), nameof(Cells3x5), nameof(Slots7x5)];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Layers_CalledFromSeveralThreadsAtOnce_GiveWhatTheyGiveAlone(int threads)
    {
        var before = Machine.MaxThreads;
        var runs = s_layers.Select((name, seed) => new StateRun(name, Tokens, seed)).ToArray();
        try
        {
            Machine.MaxThreads = 1;
            var expected = runs.Select(Output).ToArray();
            Machine.MaxThreads = threads;
            var wrong = new int[runs.Length];
            var callers = runs.Select((run, i) => new Thread(() =>
            {
                for (var repetition = 0; repetition < Repetitions; repetition++)
                {
                    if (!Output(run).AsSpan().SequenceEqual(expected[i])) wrong[i]++;
                }
            })).ToArray();
            Array.ForEach(callers, caller => caller.Start());
            Array.ForEach(callers, caller => caller.Join());
            Assert.Equal(new int[runs.Length], wrong);
        }
        finally
        {
            Machine.MaxThreads = before;
        }
    }

    /// <summary>The outputs of a sequence, in two pieces through a state.</summary>
    private static float[] Output(StateRun run)
    {
        var state = run.NewState(1);
        return [.. run.Alone(state, 0, Tokens - 40), .. run.Alone(state, Tokens - 40, 40)];
    }
}
