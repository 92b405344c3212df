using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Conformance.Support;
using AttnDsl.Golden.Vectors;
using Xunit;

namespace AttnDsl.Conformance.States;

/// <summary>Sequences one behind the other against the same sequences one by one, to the last bit.</summary>
public sealed class PackingTests
{
    private static readonly int[] s_lengths = [0, 1, 70, 5, 0, 129, 16, 1];
    private static readonly int[] s_ages = [3, 0, 20, 1, 7, 40, 2, 0];

    public static TheoryData<string> Names => StateSubjects.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Forward_Packed_EqualsOneByOne(string name)
    {
        var run = new StateRun(name, s_lengths.Sum(), seed: 1);
        var cuSeqLens = Offsets(s_lengths);
        foreach (var form in run.EachForm)
        {
            var (expected, actual) = (run.Output(1, run.Tokens), run.Output(1, run.Tokens));
            foreach (var (start, count) in Places(s_lengths)) run.Layer.Forward(run.Slice(start, count), expected.Time(start, count), null, form);
            run.Layer.Forward(run.Slice(0, run.Tokens), actual.Span, cuSeqLens, null, form);
            Assert.Equal(expected.Data, actual.Data);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ForwardWithStates_Packed_EqualsOneByOne(string name)
    {
        var run = new StateRun(name, s_lengths.Sum(), seed: 2);
        foreach (var form in run.EachForm)
        {
            var (expected, actual) = (run.Output(1, run.Tokens), run.Output(1, run.Tokens));
            var (alone, together) = (Aged(run), AgedTogether(run));
            foreach (var ((start, count), state) in Places(s_lengths).Zip(alone)) run.Layer.Forward(run.Slice(start, count), expected.Time(start, count), state, form);
            run.Layer.Forward(run.Slice(0, run.Tokens), actual.Span, Offsets(s_lengths), together, form);
            Assert.Equal(expected.Data, actual.Data);
            for (var slot = 0; slot < alone.Length; slot++)
            {
                Assert.Equal(s_ages[slot] + s_lengths[slot], together.PositionOf(slot));
                Assert.Equal(alone[slot].Save(), run.Saved(together, slot));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Backward_Packed_EqualsOneByOne(string name)
    {
        var run = new StateRun(name, s_lengths.Sum(), seed: 3);
        var (upstream, actual) = (run.Upstream(), run.Gradients());
        var (expected, learned) = (run.Gradients(), new Learned(run));
        foreach (var (start, count) in Places(s_lengths))
        {
            run.Layer.Backward(run.Slice(start, count), upstream.Time(start, count), new(expected, default, start, count), null, null);
            learned.Add(expected);
        }

        run.Layer.Backward(run.Slice(0, run.Tokens), upstream.Span, new(actual, default, 0, run.Tokens), Offsets(s_lengths), null, null);
        AssertSame(expected, actual, learned);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void BackwardWithStates_Packed_EqualsOneByOne(string name)
    {
        var run = new StateRun(name, s_lengths.Sum(), seed: 4);
        // Any state that stands behind the last tokens will do as the gradient of one.
        var (initial, gradient) = (Aged(run), Behind(run));
        var (together, gradients) = (AgedTogether(run), Together(run, gradient));
        var (upstream, expected, actual, learned) = (run.Upstream(), run.Gradients(), run.Gradients(), new Learned(run));
        var i = 0;
        foreach (var (start, count) in Places(s_lengths))
        {
            run.Layer.Backward(run.Slice(start, count), upstream.Time(start, count), new(expected, default, start, count), initial[i], gradient[i]);
            learned.Add(expected);
            i++;
        }

        run.Layer.Backward(run.Slice(0, run.Tokens), upstream.Span, new(actual, default, 0, run.Tokens), Offsets(s_lengths), together, gradients);
        AssertSame(expected, actual, learned);
        for (var slot = 0; slot < i; slot++) Assert.Equal(gradient[slot].Save(), run.Saved(gradients, slot));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Backward_StatesOfDifferentAges_EqualsOneByOne(string name)
    {
        var run = new StateRun(name, 40, seed: 5);
        int[] starts = [0, 20];
        var (initial, gradient) = (run.NewState(2), run.NewState(2));
        run.Layer.Prefill(initial, run.Slice(0, 13), run.Output(1, 13).Span, [0, 13], [1]);
        var upstream = run.Output(2, 20);
        Array.Fill(upstream.Data, 0.5f);
        var actual = StateRun.Like(run.Rows(starts, 20).Tensors);
        run.Layer.Backward(run.Rows(starts, 20), upstream.Span, new(actual, default, 0, 20), initial, gradient);
        for (var slot = 0; slot < 2; slot++)
        {
            var (one, oneGradient, expected) = (run.NewState(1), run.NewState(1), run.Gradients());
            run.Layer.CopySlot(initial, slot, one, 0);
            run.Layer.Backward(run.Slice(starts[slot], 20), upstream.Time(0, 20)[slot..(slot + 1), .., .., ..], new(expected, default, starts[slot], 20), one, oneGradient);
            var (values, width) = (expected["in.v"], expected["in.v"].Data.Length / 40);
            Assert.Equal(values.Data.Skip(starts[slot] * width).Take(20 * width), actual["in.v"].Data.Skip(slot * 20 * width).Take(20 * width));
            Assert.Equal(oneGradient.Save()[^64..^4], run.Saved(gradient, slot)[^64..^4]);
        }
    }

    [Fact]
    public void Forward_OffsetsThatDoNotFit_SayWhy()
    {
        var run = new StateRun("Gla7x5", 10, seed: 6);
        var two = run.Rows([0, 0], 10);
        AssertSays("cuSeqLens is empty", () => Forward([]));
        AssertSays("begins with 1", () => Forward([1, 10]));
        AssertSays("falls from 7 to 5 at entry 2", () => Forward([0, 7, 5, 10]));
        AssertSays("ends at 11, but the inputs have T = 10", () => Forward([0, 11]));
        AssertSays("ends at 9, but the inputs have T = 10", () => Forward([0, 9]));
        AssertSays("B = 1, not B = 2", () => run.Layer.Forward(two, run.Output(2, 10).Span, [0, 10], null, Forms.Fastest));
        AssertSays("describes 2 sequences, but this state of Gla7x5 was made for 3", () => run.Layer.Forward(run.Slice(0, 10), run.Output(1, 10).Span, [0, 5, 10], run.NewState(3), Forms.Fastest));

        void Forward(int[] offsets) => run.Layer.Forward(run.Slice(0, 10), run.Output(1, 10).Span, offsets, null, Forms.Fastest);
    }

    [Fact]
    public void Forward_NoTokens_DoesNothing()
    {
        var run = new StateRun("Gla7x5", 0, seed: 7);
        run.Layer.Forward(run.Slice(0, 0), run.Output(1, 0).Span, [0, 0, 0], null, Forms.Fastest);
        run.Layer.Forward(run.Slice(0, 0), run.Output(1, 0).Span, [0], null, Forms.Fastest);
    }

    internal static void AssertSays(string what, Action call)
    {
        var refused = Record.Exception(call);
        Assert.IsAssignableFrom<ArgumentException>(refused);
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
    }

    private static void AssertSame(Dictionary<string, FloatTensor> expected, Dictionary<string, FloatTensor> actual, Learned learned)
    {
        foreach (var (name, tensor) in expected.Where(pair => !pair.Value.IsLearned)) Assert.Equal(tensor.Data, actual[name].Data);
        learned.AssertEqual(actual);
    }

    /// <summary>Gradients of learned parameters: packed they are one sum over all sequences, the same terms added in another order.</summary>
    private sealed class Learned(StateRun run)
    {
        private readonly Dictionary<string, double[]> _sums = run.Tensors.Where(pair => pair.Value.IsLearned).ToDictionary(pair => pair.Key, pair => new double[pair.Value.Data.Length]);

        public void Add(Dictionary<string, FloatTensor> gradients)
        {
            foreach (var (name, sum) in _sums)
            {
                for (var i = 0; i < sum.Length; i++) sum[i] += gradients[name].Data[i];
            }
        }

        public void AssertEqual(Dictionary<string, FloatTensor> actual)
        {
            // A layer without the parameter leaves it poisoned.
            foreach (var (name, sum) in _sums.Where(pair => pair.Value.Length > 0 && !pair.Value.Any(double.IsNaN))) Assert.InRange(ErrorRatio.Of(actual[name].Data, sum), 0, Tolerances.Float32);
        }
    }

    private static int[] Offsets(int[] lengths) => [.. lengths.Aggregate(new List<int> { 0 }, (offsets, length) => [.. offsets, offsets[^1] + length])];

    private static IEnumerable<(int Start, int Count)> Places(int[] lengths) => Offsets(lengths).Zip(lengths);

    /// <summary>A state for each sequence, each of another age.</summary>
    private static IAttentionState[] Aged(StateRun run) => Of(run, s_ages, 0);

    /// <summary>The same, as much older as each sequence is long.</summary>
    private static IAttentionState[] Behind(StateRun run) => Of(run, [.. s_ages.Zip(s_lengths, (age, length) => age + length)], 3);

    private static IAttentionState[] Of(StateRun run, int[] ages, int first) => [.. ages.Select((age, i) =>
    {
        var state = run.NewState(1);
        run.Alone(state, first + (10 * i), age);
        return state;
    })];

    private static IAttentionState AgedTogether(StateRun run) => Together(run, Aged(run));

    private static IAttentionState Together(StateRun run, IAttentionState[] states)
    {
        var together = run.NewState(states.Length);
        foreach (var (state, slot) in states.Select((state, slot) => (state, slot))) run.Layer.CopySlot(state, 0, together, slot);
        return together;
    }
}
