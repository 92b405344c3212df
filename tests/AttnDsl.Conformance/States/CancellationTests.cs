using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using AttnDsl.Conformance.Layers;
using AttnDsl.Conformance.Support;
using Xunit;

namespace AttnDsl.Conformance.States;

public sealed class CancellationTests
{
    /// <summary>Tokens of several turns, the last one a short one.</summary>
    private const int Turns = 2085;

    public static TheoryData<string> All => [.. StateSubjects.All.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public void Forward_TokenThatCouldCancel_GivesTheSame(string name)
    {
        using var source = new CancellationTokenSource();
        var run = new StateRun(name, Turns, seed: 4);
        foreach (var form in run.EachForm)
        {
            foreach (var stateful in new[] { false, true })
            {
                var (plain, cancellable) = (stateful ? run.NewState(1) : null, stateful ? run.NewState(1) : null);
                var (expected, output) = (run.Output(1, Turns), run.Output(1, Turns));
                run.Layer.Forward(run.Slice(0, Turns), expected.Span, plain, form);
                run.Layer.Forward(run.Slice(0, Turns), output.Span, cancellable, form, source.Token);

                // Turns are whole blocks: another order of sums only where all tokens of a call meet.
                if (form != Forms.Parallel || run.IsCache)
                {
                    Assert.Equal(expected.Data, output.Data);
                    Assert.Equal(plain?.Save(), cancellable?.Save());
                }
                else
                {
                    Assert.InRange(ErrorRatio.Of(output.Data, [.. expected.Data.Select(x => (double)x)]), 0, 1e-5);
                }
            }
        }
    }

    [Theory]
    [InlineData(nameof(Gla7x5), 60_000)]
    [InlineData(nameof(GroupedDelta7x5), 60_000)]
    [InlineData(nameof(Mlstm7x5), 60_000)]
    [InlineData(nameof(Slots7x5), 60_000)]
    [InlineData(nameof(Cells3x5), 60_000)]
    [InlineData(nameof(SelectivePairs6x5), 60_000)]
    [InlineData(nameof(Softmax7x5), 6000)]
    [InlineData(nameof(TurnedWindow6x5), 60_000)]
    [InlineData(nameof(SelectiveWindow6x5), 60_000)]
    public void Prefill_CancelledOnTheWay_LeavesTheStateAsItWas(string name, int tokens)
    {
        var run = new StateRun(name, tokens, seed: 5);
        var (state, twin) = (run.NewState(1, snapshots: 3), run.NewState(1, snapshots: 3));
        foreach (var s in new[] { state, twin }) run.Layer.Prefill(s, run.Slice(0, 40), run.Output(1, 40).Span, [0]);
        var (saved, limit) = (state.Save(), state.RollbackLimit(0));
        var output = run.Output(1, tokens - 40);
        var cancelled = 0;
        for (var attempt = 0; attempt < 20 && cancelled < 2; attempt++)
        {
            if (CancelOnceUnderWay(state, token => run.Layer.Prefill(state, run.Slice(40, tokens - 40), output.Span, token)))
            {
                cancelled++;
                Assert.Equal(saved, state.Save());
                Assert.Equal(limit, state.RollbackLimit(0));
            }
            else
            {
                // The call was over before the other thread had seen it begin.
                state = run.NewState(1, snapshots: 3);
                run.Layer.Prefill(state, run.Slice(0, 40), run.Output(1, 40).Span, [0]);
            }
        }

        Assert.True(cancelled > 0, "no call was cancelled in time");
        foreach (var taken in new[] { 0, Math.Min(limit, 2) })
        {
            state.Rollback(taken);
            twin.Rollback(taken);
            Assert.Equal(run.Alone(twin, 40, 30), run.Alone(state, 40, 30));
            Assert.Equal(twin.Save(), state.Save());
        }
    }

    [Theory]
    [InlineData(nameof(Gla7x5))]
    [InlineData(nameof(Softmax7x5))]
    public void EveryOverload_TokenAlreadyCancelled_ChangesNothing(string name)
    {
        var run = new StateRun(name, 50, seed: 6);
        var state = run.NewState(2);
        var output = run.Output(1, 50);
        var saved = state.Save();
        var cancelled = new CancellationToken(canceled: true);
        Assert.Throws<OperationCanceledException>(() => run.Layer.Forward(run.Slice(0, 50), output.Span, null, Forms.Fastest, cancelled));
        Assert.Throws<OperationCanceledException>(() => run.Layer.Prefill(state, run.Slice(0, 50), output.Span, [0, 20, 50], [1, 0], cancelled));
        state = run.NewState(1);
        Assert.Throws<OperationCanceledException>(() => run.Layer.Forward(run.Slice(0, 50), output.Span, state, Forms.Fastest, cancelled));
        Assert.Throws<OperationCanceledException>(() => run.Layer.Prefill(state, run.Slice(0, 50), output.Span, cancelled));
        Assert.Equal(run.NewState(2).Save(), saved);
        Assert.Equal(run.NewState(1).Save(), state.Save());
        Assert.All(output.Data, x => Assert.True(float.IsNaN(x)));
    }

    [Fact]
    public void PackedPrefill_TokenThatCouldCancel_GivesTheSame()
    {
        using var source = new CancellationTokenSource();
        foreach (var name in new[] { nameof(Gla7x5), nameof(TurnedMatrix6x5), nameof(SelectivePairs6x5), nameof(TurnedWindow6x5) })
        {
            var run = new StateRun(name, Turns + 100, seed: 7);
            var (plain, cancellable) = (run.NewState(2, snapshots: 2), run.NewState(2, snapshots: 2));
            var (expected, output) = (run.Output(1, Turns + 100), run.Output(1, Turns + 100));
            run.Layer.Prefill(plain, run.Slice(0, Turns + 100), expected.Span, [0, 70, Turns + 100], [1, 0]);
            run.Layer.Prefill(cancellable, run.Slice(0, Turns + 100), output.Span, [0, 70, Turns + 100], [1, 0], source.Token);
            Assert.Equal(expected.Data, output.Data);
            Assert.Equal(plain.Save(), cancellable.Save());
        }
    }

    /// <summary>Cancels a call when the state begins to change; whether that was before its end.</summary>
    private static bool CancelOnceUnderWay(IAttentionState state, Action<CancellationToken> call)
    {
        using var source = new CancellationTokenSource();
        var position = state.Position;
        var ended = 0;
        var watcher = new Thread(() =>
        {
            var clock = Stopwatch.StartNew();
            while (Volatile.Read(ref ended) == 0 && state.Position == position && clock.Elapsed.TotalSeconds < 60)
            {
                Thread.SpinWait(20);
            }

            source.Cancel();
        });
        watcher.Start();
        try
        {
            call(source.Token);
            return false;
        }
        catch (OperationCanceledException exception)
        {
            Assert.Equal(source.Token, exception.CancellationToken);
            return true;
        }
        finally
        {
            Volatile.Write(ref ended, 1);
            watcher.Join();
        }
    }
}
