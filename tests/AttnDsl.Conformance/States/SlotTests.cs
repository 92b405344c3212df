using System;
using System.Linq;
using Xunit;

namespace AttnDsl.Conformance.States;

/// <summary>Continuous batching: sequences of different ages that come and go, against each one alone, to the last bit.</summary>
public sealed class SlotTests
{
    private const int Slots = 5, Tokens = 200;

    public static TheoryData<string> Names => StateSubjects.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Slots_AnySchedule_EqualsEachSequenceAlone(string name)
    {
        var run = new StateRun(name, Tokens, seed: 1);
        var random = new Random(2);
        var state = run.NewState(Slots);
        IAttentionState[] alone = [.. Enumerable.Range(0, Slots).Select(_ => run.NewState(1))];
        for (var turn = 0; turn < 60; turn++)
        {
            int[] slots = [.. Enumerable.Range(0, Slots).OrderBy(_ => random.Next()).Take(random.Next(0, Slots + 1))];
            int[] starts = [.. slots.Select(_ => random.Next(Tokens - 60))];
            switch (random.Next(7))
            {
                case 0:
                    var slot = random.Next(Slots);
                    state.Reset(slot);
                    alone[slot].Reset();
                    break;
                case 1:
                    var (from, to) = (random.Next(Slots), random.Next(Slots));
                    state.CopySlot(from, to);
                    if (from != to) run.Layer.CopySlot(alone[from], 0, alone[to], 0);
                    break;
                case 2:
                    Array.Sort(slots);
                    state.Compact(slots);
                    alone = [.. slots.Select(s => alone[s]), .. Enumerable.Range(0, Slots).Where(s => !slots.Contains(s)).Select(s => alone[s])];
                    foreach (var dropped in alone.Skip(slots.Length)) dropped.Reset();
                    break;
                case 3:
                    Same(slots, starts, count: 1, (inputs, output) => run.Layer.Step(state, inputs, output.Span, slots), Forms.Recurrent);
                    break;
                case 4:
                    Same(slots, starts, random.Next(0, 40), (inputs, output) => run.Layer.Prefill(state, inputs, output.Span, slots), Forms.Fastest);
                    break;
                case 5:
                    Packed(slots);
                    break;
                default:
                    var all = Enumerable.Range(0, Slots).ToArray();
                    Same(all, [.. all.Select(_ => random.Next(Tokens))], count: 1, (inputs, output) => run.Layer.Forward(inputs, output.Span, state, Forms.Recurrent), Forms.Recurrent);
                    break;
            }

            for (var s = 0; s < Slots; s++) Assert.Equal(alone[s].Position, state.PositionOf(s));
        }

        for (var s = 0; s < Slots; s++) Assert.Equal(alone[s].Save(), run.Saved(state, s));

        void Same(int[] slots, int[] starts, int count, Action<Golden.Layers.TimeSlice, Golden.Vectors.FloatTensor> call, Forms form)
        {
            var output = run.Output(slots.Length, count);
            call(run.Rows(starts, count), output);
            Assert.Equal(slots.Zip(starts).SelectMany(pair => run.Alone(alone[pair.First], pair.Second, count, form)), output.Data);
        }

        void Packed(int[] slots)
        {
            var offsets = new int[slots.Length + 1];
            for (var i = 0; i < slots.Length; i++) offsets[i + 1] = offsets[i] + random.Next(0, 40);
            var output = run.Output(1, offsets[^1]);
            run.Layer.Prefill(state, run.Slice(0, offsets[^1]), output.Span, offsets, slots);
            Assert.Equal(slots.SelectMany((s, i) => run.Alone(alone[s], offsets[i], offsets[i + 1] - offsets[i])), output.Data);
        }
    }

    [Fact]
    public void Position_OfSequencesOfDifferentAges_SaysWhereToAsk()
    {
        var run = new StateRun("Gla7x5", 10, seed: 3);
        var state = run.NewState(2);
        run.Layer.Step(state, run.Slice(0, 1), run.Output(1, 1).Span, [1]);
        Assert.Equal((0L, 1L), (state.PositionOf(0), state.PositionOf(1)));
        Assert.Contains("PositionOf", Assert.Throws<InvalidOperationException>(() => state.Position).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Slots_ThatDoNotFit_SayWhyAndChangeNothing()
    {
        var run = new StateRun("Gla7x5", 10, seed: 4);
        var state = run.NewState(3);
        run.Layer.Step(state, run.Rows([1, 2, 3], 1), run.Output(3, 1).Span, [0, 1, 2]);
        var before = state.Save();
        PackingTests.AssertSays("slots[1] is 3, but this state of Gla7x5 has the slots 0 to 2", () => Step([0, 3]));
        PackingTests.AssertSays("slots[0] is -1", () => Step([-1, 1]));
        PackingTests.AssertSays("slots[0] and slots[1] are both 2", () => Step([2, 2]));
        PackingTests.AssertSays("slots has 3 entries for 2 sequences", () => Step([0, 1, 2]));
        PackingTests.AssertSays("slots has 1 entries for 2 sequences", () => Step([0]));
        PackingTests.AssertSays("slots 0 to 2", () => state.Reset(3));
        PackingTests.AssertSays("slots 0 to 2", () => state.CopySlot(0, 3));
        PackingTests.AssertSays("ascending", () => state.Compact([1, 0]));
        PackingTests.AssertSays("made for 5 heads", () => run.Layer.CopySlot(state, 0, run.Layer.NewState(1, 5, 10), 0));
        Assert.Equal(before, state.Save());

        void Step(int[] slots) => run.Layer.Step(state, run.Rows([0, 0], 1), run.Output(2, 1).Span, slots);
    }

    [Fact]
    public void CacheFull_OfOneSequence_ChangesNothing()
    {
        var run = new StateRun("Softmax7x5", 30, seed: 5);
        var state = run.Layer.NewState(2, 2, capacity: 20);
        run.Layer.Prefill(state, run.Slice(0, 15), run.Output(1, 15).Span, [0, 15], [1]);
        var before = state.Save();
        var refused = Assert.Throws<InvalidOperationException>(() => run.Layer.Prefill(state, run.Rows([0, 0], 6), run.Output(2, 6).Span, [0, 1]));
        Assert.Contains("has seen 15: 6 more do not fit", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, state.Save());
        run.Layer.Prefill(state, run.Slice(0, 25), run.Output(1, 25).Span, [0, 20, 25], [0, 1]);
        Assert.Equal((20L, 20L), (state.PositionOf(0), state.PositionOf(1)));
    }
}
