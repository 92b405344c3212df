using System;
using AttnDsl.Conformance.Layers;
using AttnDsl.Conformance.Support;
using AttnDsl.Reference;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Conformance.States;

/// <summary>
/// Streams that do not end, against float64. CI runs a short one; the whole, a million tokens through states of fixed size and 32,768 through
/// caches, with its figures:
/// <code>ATTNDSL_LONG=1 dotnet test -c Release tests/AttnDsl.Conformance --filter FullyQualifiedName~LongStream --logger "console;verbosity=detailed"</code>
/// </summary>
public sealed class LongStreamTests(ITestOutputHelper print)
{
    private const int Block = 2048, Steps = 48;

    private static readonly bool s_isLong = Environment.GetEnvironmentVariable("ATTNDSL_LONG") == "1";

    [Theory]
    [InlineData(nameof(Gla7x5), false)]
    [InlineData(nameof(TurnedMatrix6x5), false)]
    [InlineData(nameof(GroupedDelta7x5), true)]
    [InlineData(nameof(Mlstm7x5), true)]
    [InlineData(nameof(LinearElu7x5), true)]
    [InlineData(nameof(DeltaProduct7x5), true)]
    [InlineData(nameof(Slots7x5), false)]
    [InlineData(nameof(ValueBonus7x5), false)]
    [InlineData(nameof(Moments7x5), false)]
    [InlineData(nameof(Cells3x5), false)]
    [InlineData(nameof(Elementwise5), false)]
    [InlineData(nameof(SelectivePairs6x5), false)]
    [InlineData(nameof(ConstantPairs6x5), true)]
    public void MatrixState_LongStream_StaysAccurate(string name, bool isIllConditioned)
    {
        var spec = StateSubjects.All[name].Spec;
        IAttentionState? state = null;
        MatrixState<double>? truth = null;
        MatrixState<float>? naive = null;
        var drift = new Drift(print, name, isIllConditioned);
        for (var start = 0; start < (s_isLong ? 1 << 20 : 3 * Block); start += Block)
        {
            var run = new StateRun(name, Block, seed: start);
            var output = Stream(run, state ??= run.NewState(1));
            var expected = Oracle.Run(spec, run.Inputs, truth);
            var plain = Oracle.Run(spec, run.Inputs, naive);
            (truth, naive) = (expected.State, plain.State);
            drift.Take(start + Block, ErrorRatio.Of(output, expected.Output), ErrorRatio.Of(plain.Output, expected.Output));
        }

        drift.AssertBounded();
    }

    [Theory]
    [InlineData(nameof(TurnedWindow6x5))]
    [InlineData(nameof(SelectiveWindow6x5))]
    public void Window_LongStream_StaysAccurate(string name)
    {
        var spec = StateSubjects.All[name].Spec;
        IAttentionState? state = null;
        LayerInputs? before = null;
        var drift = new Drift(print, name, isIllConditioned: false);
        for (var start = 0; start < (s_isLong ? 1 << 20 : 3 * Block); start += Block)
        {
            var run = new StateRun(name, Block, seed: start);
            var output = Stream(run, state ??= run.NewState(1));

            // A window needs no more of the past than its length.
            var seen = before is null ? run.Inputs : Join(before.Slice(Block - spec.Window, spec.Window), run.Inputs);
            var (expected, plain) = (SoftmaxAttention.Quadratic<double>(spec, seen, start + Block - seen.Time), SoftmaxAttention.Quadratic<float>(spec, seen, start + Block - seen.Time));
            drift.Take(start + Block, ErrorRatio.Of(output, expected.Output[^output.Length..]), ErrorRatio.Of(plain.Output[^output.Length..], expected.Output[^output.Length..]));
            before = run.Inputs;
        }

        drift.AssertBounded();
    }

    [Theory]
    [InlineData(nameof(Softmax7x5))]
    [InlineData(nameof(Rotary6x5))]
    [InlineData(nameof(Forgetting7x5))]
    [InlineData(nameof(ForgettingTurned6x5))]
    [InlineData(nameof(ForgettingEverything6x5))]
    [InlineData(nameof(BlendedMoments7x5))]
    public void KeptRows_LongStream_StaysAccurate(string name)
    {
        var spec = StateSubjects.All[name].Spec;
        var run = new StateRun(name, !s_isLong ? Block : spec.IsSoftmax ? 1 << 15 : 1 << 20, seed: 1);
        var output = Stream(run, run.NewState(1));
        var (expected, plain) = (Oracle.Run<double>(spec, run.Inputs).Output, Oracle.Run<float>(spec, run.Inputs).Output);
        var drift = new Drift(print, name, isIllConditioned: !spec.IsSoftmax);
        var width = output.Length / run.Tokens;
        for (var start = 0; start < run.Tokens; start += Block)
        {
            var part = (start * width)..((start + Block) * width);
            drift.Take(start + Block, ErrorRatio.Of(output[part], expected[part]), ErrorRatio.Of(plain[part], expected[part]));
        }

        drift.AssertBounded();
    }

    /// <summary>Most tokens by Prefill, of every block some by Step.</summary>
    private static float[] Stream(StateRun run, IAttentionState state)
    {
        var output = run.Output(1, run.Tokens);
        for (var start = 0; start < run.Tokens; start += Block)
        {
            run.Layer.Forward(run.Slice(start, Block - Steps), output.Time(start, Block - Steps), state, Forms.Fastest);
            for (var t = start + Block - Steps; t < start + Block; t++) run.Layer.Forward(run.Slice(t, 1), output.Time(t, 1), state, Forms.Recurrent);
        }

        return output.Data;
    }

    private static LayerInputs Join(LayerInputs first, LayerInputs second) =>
        new(1, first.Time + second.Time, [.. first.Q, .. second.Q], [.. first.K, .. second.K], [.. first.V, .. second.V]) { Phi = [.. first.Phi, .. second.Phi], PhaseGate = [.. first.PhaseGate, .. second.PhaseGate] };

    /// <summary>Errors along a stream, of each block by itself.</summary>
    /// <param name="isIllConditioned">
    /// Whether float32 itself is worse than the bar: <see cref="Tolerances.NaiveFloat32Factor"/> has mLSTM and the delta rule; a sum without decay
    /// of a million terms keeps what each addition rounds away; a constant decay is rounded the same way at every token.
    /// </param>
    private sealed class Drift(ITestOutputHelper print, string name, bool isIllConditioned)
    {
        private double _worst, _bar = Tolerances.Float32;

        public void Take(int tokens, double error, double naive)
        {
            _worst = Math.Max(_worst, double.IsNaN(error) ? double.PositiveInfinity : error);
            if (isIllConditioned) _bar = Math.Max(_bar, Tolerances.NaiveFloat32Factor * naive);
            if (int.IsPow2(tokens / Block)) print.WriteLine($"{name,-16} {tokens,9:n0} tokens: error {error:e2}, of a naive float32 loop {naive:e2}");
        }

        public void AssertBounded()
        {
            print.WriteLine($"{name,-16} worst block of all: {_worst:e2}, bar {_bar:e2}");
            Assert.True(_worst <= _bar, $"{name}: {_worst:e2} over {_bar:e2}");
        }
    }
}
