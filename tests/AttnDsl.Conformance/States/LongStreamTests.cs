using System;
using AttnDsl.Conformance.Layers;
using AttnDsl.Conformance.Support;
using AttnDsl.Golden.Layers;
using AttnDsl.Golden.Vectors;
using AttnDsl.Reference;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Conformance.States;

/// <summary>
/// Streams that do not end, against float64, of each kind of state. CI runs short ones; a million tokens through states of fixed size and 32,768
/// through caches, with their figures (and <c>ATTNDSL_LONG=all</c>, of every small layer of this suite):
/// <code>ATTNDSL_LONG=1 dotnet test -c Release tests/AttnDsl.Conformance --filter FullyQualifiedName~LongStream --logger "console;verbosity=detailed"</code>
/// </summary>
public sealed class LongStreamTests(ITestOutputHelper print)
{
    private const int Block = 2048, Steps = 48;

    private static readonly string? s_long = Environment.GetEnvironmentVariable("ATTNDSL_LONG");
    private static readonly bool s_isLong = s_long is "1" or "all";

    /// <summary>One of each kind of state, and of what is carried beside it.</summary>
    private static readonly string[] s_kinds =
    [
        // States without decay, and decays of every shape.
        nameof(LinearElu7x5), nameof(TurnedMatrix6x5), nameof(Gla7x5), nameof(ValueBonus7x5), nameof(SelectivePairs6x5), nameof(ConstantPairs6x5), nameof(Ssd7x5),

        // Every write rule.
        nameof(GroupedDelta7x5), nameof(KimiDelta7x5), nameof(DeltaProduct7x5), nameof(GeneralDelta7x5), nameof(UndecayedGeneralDelta7x5), nameof(ValueOja7x5), nameof(Mlstm7x5), nameof(Slots7x5),

        // Features: of positions, of projections, learned, of one's own.
        nameof(CosFormer5x3), nameof(TaylorGated5x3), nameof(Favor5x3), nameof(Hedgehog5x3), nameof(LunaPerChannel5x3), nameof(FunctionVectors5x3),

        // States of other shapes, and rows kept beside them.
        nameof(LogLinear6x5), nameof(Moments7x5), nameof(BlendedMoments7x5), nameof(ConvolvedGla7x5), nameof(Cells3x5), nameof(Elementwise5), nameof(QLstm5), nameof(RgLru5),

        // Caches.
        nameof(Softmax7x5), nameof(Rotary6x5), nameof(TurnedWindow6x5), nameof(SelectiveWindow6x5), nameof(Forgetting7x5), nameof(ForgettingTurned6x5), nameof(ForgettingEverything6x5), nameof(FunctionSinks6x3),
    ];

    public static TheoryData<string> Layers => [.. s_long == "all" ? StreamSubjects.All.Keys : s_kinds];

    [Theory]
    [MemberData(nameof(Layers))]
    public void State_LongStream_StaysAccurate(string name)
    {
        var subject = StreamSubjects.All[name];
        var drift = new Drift(print, subject);
        if (subject.Spec is { IsSoftmax: true, Window: > 0, SinkTokens: 0, Decay: DecaySource.None }) Windows(subject, drift);
        else if (subject.Spec.IsSoftmax || subject.Spec.KeepsRows) AtOnce(subject, drift);
        else Blocks(subject, drift);
        drift.AssertBounded();
    }

    /// <summary>The oracle goes on from its own state.</summary>
    private static void Blocks(StreamSubject subject, Drift drift)
    {
        var go = subject.Begin(Block);
        LayerInputs? first = null;
        MatrixState<double>? truth = null;
        MatrixState<float>? naive = null;
        for (var start = 0; start < (s_isLong ? 1 << 20 : 3 * Block); start += Block)
        {
            var inputs = Draw(subject.Spec, start, ref first);
            var output = Stream(subject, go, inputs);
            var expected = Oracle.Run(subject.Spec, inputs, truth);
            var plain = Oracle.Run(subject.Spec, inputs, naive);
            (truth, naive) = (expected.State, plain.State);
            drift.Take(start + Block, output, expected.Output, plain.Output);
        }
    }

    /// <summary>A window needs no more of the past than its length.</summary>
    private static void Windows(StreamSubject subject, Drift drift)
    {
        var go = subject.Begin(1 << 20);
        LayerInputs? first = null, before = null;
        for (var start = 0; start < (s_isLong ? 1 << 20 : 3 * Block); start += Block)
        {
            var inputs = Draw(subject.Spec, start, ref first);
            var output = Stream(subject, go, inputs);
            var seen = before is null ? inputs : Join(before.Slice(Block - subject.Spec.Window, subject.Spec.Window), inputs);
            var offset = start + Block - seen.Time;
            var (expected, plain) = (SoftmaxAttention.Quadratic<double>(subject.Spec, seen, offset).Output, SoftmaxAttention.Quadratic<float>(subject.Spec, seen, offset).Output);
            drift.Take(start + Block, output, expected[^output.Length..], plain[^output.Length..]);
            before = inputs;
        }
    }

    /// <summary>The oracle knows no past of its own.</summary>
    private static void AtOnce(StreamSubject subject, Drift drift)
    {
        var tokens = !s_isLong ? Block : subject.Spec.IsSoftmax ? 1 << 15 : 1 << 20;
        var inputs = new Draw(1).Inputs(subject.Spec, batch: 1, tokens);
        var output = Stream(subject, subject.Begin(tokens), inputs);
        var (expected, plain) = (Oracle.Run<double>(subject.Spec, inputs).Output, Oracle.Run<float>(subject.Spec, inputs).Output);
        var width = output.Length / tokens;
        for (var start = 0; start < tokens; start += Block)
        {
            var part = (start * width)..((start + Block) * width);
            drift.Take(start + Block, output[part], expected[part], plain[part]);
        }
    }

    /// <summary>The inputs of a block; what is learned is the first block's.</summary>
    private static LayerInputs Draw(LayerSpec spec, int start, ref LayerInputs? first)
    {
        var inputs = new Draw(start).Inputs(spec, batch: 1, Block);

        // A gate to the power of 0 forgets nothing, and its sums would go on for ever.
        first ??= spec.Rate == RateKind.Power ? inputs with { ALog = Array.ConvertAll(inputs.ALog, x => 0.5f + Math.Abs(x)) } : inputs;
        return inputs with
        {
            // Products of I + b aᵀ grow without a decay, unless each takes something away.
            A = spec is { Write: WriteKind.GeneralDelta, Decay: DecaySource.None } ? Array.ConvertAll(inputs.B, x => -0.7f * x) : inputs.A,
            G = spec.LearnedGate ? first.G : inputs.G,
            Theta = first.Theta,
            ALog = first.ALog,
            DtBias = first.DtBias,
            U = first.U,
            W = first.W,
            D = first.D,
            Sink = first.Sink,
            Parameters = first.Parameters,
        };
    }

    /// <summary>Most tokens by Prefill, of every block some by Step.</summary>
    private static float[] Stream(StreamSubject subject, GoOn go, LayerInputs inputs)
    {
        var tensors = Tensors.Of(subject.Spec, inputs);
        var output = FloatTensor.Poisoned(1, inputs.Time, subject.Spec.StateHeads, subject.Spec.ValueDim);
        for (var start = 0; start < inputs.Time; start += Block)
        {
            Go(start, Block - Steps, isStep: false);
            for (var t = start + Block - Steps; t < start + Block; t++) Go(t, 1, isStep: true);
        }

        return output.Data;

        void Go(int start, int count, bool isStep) => go(new TimeSlice(tensors, default, start, count), output.Time(start, count), isStep);
    }

    private static LayerInputs Join(LayerInputs first, LayerInputs second) =>
        second with { Time = first.Time + second.Time, Q = [.. first.Q, .. second.Q], K = [.. first.K, .. second.K], V = [.. first.V, .. second.V], Phi = [.. first.Phi, .. second.Phi], PhaseGate = [.. first.PhaseGate, .. second.PhaseGate] };

    /// <summary>Errors along a stream, of each block by itself.</summary>
    private sealed class Drift(ITestOutputHelper print, StreamSubject subject)
    {
        private double _first, _last, _worst, _naive, _bar = Tolerances.Float32;
        private int _tokens;

        /// <summary>
        /// Whether float32 itself may be worse than the bar, so that <see cref="Tolerances.NaiveFloat32Factor"/> counts: mLSTM; a sum without decay
        /// of a million terms keeps what each addition rounds away; a constant decay is rounded the same way at every token.
        /// </summary>
        private bool IsIllConditioned => subject.Spec is
            { IsSoftmax: false, Decay: DecaySource.None, Write: WriteKind.Plain, Denominator: not Denominator.Centred } or { IsSoftmax: false, LearnedGate: true } or { Write: WriteKind.ExponentialGate };

        public void Take(int tokens, float[] output, double[] expected, float[] plain)
        {
            var (error, naive) = (ErrorRatio.Of(output, expected), ErrorRatio.Of(plain, expected));
            if (tokens == Block) _first = error;
            (_tokens, _last, _naive, _worst) = (tokens, error, naive, Math.Max(_worst, double.IsNaN(error) ? double.PositiveInfinity : error));
            if (IsIllConditioned) _bar = Math.Max(_bar, Tolerances.NaiveFloat32Factor * naive);
        }

        public void AssertBounded()
        {
            print.WriteLine($"| `{subject.Name}` | {_tokens:n0} | {_first:e2} | {_last:e2} | {_worst:e2} | {_naive:e2} |");
            Assert.True(_worst <= _bar, $"{subject.Name}: {_worst:e2} over {_bar:e2}");
        }
    }
}
