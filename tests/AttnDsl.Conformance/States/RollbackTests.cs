using System;
using System.Linq;
using Xunit;

namespace AttnDsl.Conformance.States;

public sealed class RollbackTests
{
    private const int Snapshots = 4, Tokens = 120;

    public static TheoryData<string> Names => StateSubjects.Names;

    /// <summary>Speculative decoding: some drafted tokens are right, the rest is taken back, of each sequence another number.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Rollback_DraftedTokens_EqualsNeverHavingSeenThem(string name)
    {
        const int batch = 3;
        var run = new StateRun(name, Tokens + Snapshots, seed: 1);
        var random = new Random(2);
        var (state, alone) = (run.NewState(batch, Snapshots), Enumerable.Range(0, batch).Select(_ => run.NewState(1)).ToArray());
        var (seen, slots) = (new int[batch], Enumerable.Range(0, batch).ToArray());
        while (seen.Max() < Tokens - Snapshots)
        {
            var drafted = random.Next(1, Snapshots + 1);
            int[] right = [.. slots.Select(_ => random.Next(0, drafted + 1))];

            // What is wrong comes from elsewhere.
            var inputs = run.Rows(seen, drafted);
            var wrong = run.Rows([.. slots.Select(_ => random.Next(Tokens))], drafted);
            foreach (var (key, tensor) in inputs.Tensors.Where(pair => !pair.Value.IsLearned))
            {
                var width = tensor.Data.Length / (batch * drafted);
                foreach (var slot in slots) Array.Copy(wrong.Tensors[key].Data, ((slot * drafted) + right[slot]) * width, tensor.Data, ((slot * drafted) + right[slot]) * width, (drafted - right[slot]) * width);
            }

            var output = run.Output(batch, drafted);
            run.Layer.Forward(inputs, output.Span, state, Forms.Recurrent);
            foreach (var slot in slots)
            {
                Assert.InRange(state.RollbackLimit(slot), drafted, int.MaxValue);
                state.Rollback(slot, drafted - right[slot]);
                var expected = run.Alone(alone[slot], seen[slot], right[slot], Forms.Recurrent);
                Assert.Equal(expected, output.Data.Skip(slot * output.Data.Length / batch).Take(expected.Length));
                seen[slot] += right[slot];
                Assert.Equal(seen[slot], state.PositionOf(slot));
                if (!run.HasWindow) Assert.Equal(alone[slot].Save(), run.Saved(state, slot));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Rollback_BehindALongPrefill_EqualsNeverHavingSeenThem(string name)
    {
        var run = new StateRun(name, Tokens, seed: 3);
        for (var tokens = 0; tokens <= Snapshots; tokens++)
        {
            var (state, expected) = (run.NewState(1, Snapshots), run.NewState(1));
            run.Alone(state, 0, 90);
            state.Rollback(tokens);
            run.Alone(expected, 0, 90 - Snapshots);
            for (var t = 90 - Snapshots; t < 90 - tokens; t++) run.Alone(expected, t, 1, run.IsCache ? Forms.Fastest : Forms.Recurrent);
            Assert.Equal(90 - tokens, state.Position);
            for (var t = 0; t < 25; t++) Assert.Equal(run.Alone(expected, t, 1, Forms.Recurrent), run.Alone(state, t, 1, Forms.Recurrent));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Rollback_TooFar_SaysSoAndChangesNothing(string name)
    {
        var run = new StateRun(name, Tokens, seed: 4);
        var state = run.NewState(2, Snapshots);
        var output = run.Output(2, 50);
        run.Layer.Forward(run.Rows([0, 50], 50), output.Span, state, Forms.Fastest);
        var limit = run.ForgetsNothing ? 50 : Snapshots;
        Assert.Equal(limit, state.RollbackLimit(1));
        var before = state.Save();
        Assert.Contains($"{limit} tokens", Assert.Throws<ArgumentOutOfRangeException>(() => state.Rollback(limit + 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => state.Rollback(1, limit + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => state.Rollback(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => state.Rollback(2, 1));
        Assert.Equal(before, state.Save());
        state.Rollback(1, 2);
        Assert.Equal(limit - 2, state.RollbackLimit(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => state.Rollback(limit - 1));
        Assert.Equal((50L, 48L), (state.PositionOf(0), state.PositionOf(1)));
        state.Reset(1);
        Assert.Equal((limit, 0), (state.RollbackLimit(0), state.RollbackLimit(1)));
    }

    [Fact]
    public void Snapshots_NoneAsked_NothingCanBeTakenBack()
    {
        var run = new StateRun("Gla7x5", Tokens, seed: 5);
        var state = run.NewState(1);
        run.Alone(state, 0, 10);
        Assert.Equal(0, state.RollbackLimit(0));
        Assert.Contains("snapshots", Assert.Throws<ArgumentOutOfRangeException>(() => state.Rollback(1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Snapshots_OfAState_CostWhatIsSaid()
    {
        var unit = Layers.Gla7x5.State.FloatCount(1, 1) - 16;
        Assert.Equal(Layers.Gla7x5.State.FloatCount(2, 3) + (4 * 2 * 3 * unit), Layers.Gla7x5.State.FloatCount(2, 3, snapshots: 4));
        Assert.Equal("a state of Gla7x5 keeps 0 snapshots or more", Assert.Throws<ArgumentOutOfRangeException>(() => Layers.Gla7x5.State.FloatCount(2, 3, -1)).Message.Split(" (")[0]);
    }
}
