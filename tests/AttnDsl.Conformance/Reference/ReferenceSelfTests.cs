using System;
using System.Linq;
using AttnDsl.Conformance.Support;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Conformance.Reference;

public sealed class ReferenceSelfTests
{
    private static readonly LayerSpec s_mlstm = new()
    {
        KeyDim = 8,
        ValueDim = 5,
        Heads = 2,
        Decay = DecaySource.Head,
        LogSigmoid = true,
        Write = WriteKind.ExponentialGate,
        Denominator = Denominator.Stabilised,
    };

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Oracle_RandomLayer_AgreesWithItselfByAnotherRoute(int seed)
    {
        var spec = RandomSpec(new Random(seed));
        var inputs = new Draw(seed).Inputs(spec, batch: 2, time: 23);
        var one = Oracle.Run<double>(spec, inputs);
        var other = Oracle.RunOtherwise<double>(spec, inputs);
        AssertClose(one, other, spec.ToString());
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void PairedWrites_RandomLayer_AgreeWithTheLoop(int seed)
    {
        var random = new Random(seed);
        T Any<T>(params T[] values) => values[random.Next(values.Length)];
        var spec = new LayerSpec
        {
            KeyDim = random.Next(1, 6),
            ValueDim = random.Next(1, 6),
            Heads = 2,
            Decay = Any(DecaySource.None, DecaySource.Head, DecaySource.Key, DecaySource.Value),
            Write = Any(WriteKind.Plain, WriteKind.Delta, WriteKind.GeneralDelta, WriteKind.Oja),
            Steps = Any(1, 2, 3),
        };
        var inputs = new Draw(seed).Inputs(spec, batch: 2, time: 14);
        AssertClose(PairedWrites.Quadratic<double>(spec, inputs, null), Oracle.Run<double>(spec, inputs), spec.ToString());
        var first = Oracle.Run<double>(spec, inputs.Slice(0, 5)).State;
        AssertClose(PairedWrites.Quadratic(spec, inputs.Slice(5, 9), first), Tail(spec, Oracle.Run<double>(spec, inputs), 14, 5), spec.ToString());
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Oracle_ContinuedFromAState_EqualsOnePass(int seed)
    {
        var spec = RandomSpec(new Random(seed)) with { Causal = true };
        spec = spec.IsSoftmax ? spec with { Similarity = Similarity.Identity, Window = 0, SinkTokens = 0, KeyValueHeads = 0 } : spec;
        var inputs = new Draw(seed).Inputs(spec, batch: 2, time: 23);
        var whole = Oracle.Run<double>(spec, inputs);
        var first = Oracle.Run<double>(spec, inputs.Slice(0, 9));
        var second = inputs.Slice(9, 14);
        AssertClose(Oracle.Run(spec, second, first.State), Tail(spec, whole, 23, 9), spec.ToString());
        AssertClose(Oracle.RunOtherwise(spec, second, first.State), Tail(spec, whole, 23, 9), spec.ToString());
    }

    [Fact]
    public void Softmax_PositionOffset_ChangesNothing()
    {
        var spec = new LayerSpec { KeyDim = 6, ValueDim = 4, Heads = 2, Similarity = Similarity.Softmax, Pairs = Pairs.Interleaved, Window = 7 };
        var inputs = new Draw(1).Inputs(spec, batch: 1, time: 19);
        var here = SoftmaxAttention.Quadratic<double>(spec, inputs);
        var there = SoftmaxAttention.Quadratic<double>(spec, inputs, offset: 1000);
        Assert.InRange(ErrorRatio.Of(there.Output, here.Output), 0, Tolerances.Oracles);
    }

    [Fact]
    public void Softmax_InterleavedPairs_EqualHalfSplitOfPermutedChannels()
    {
        var half = new LayerSpec { KeyDim = 6, ValueDim = 4, Similarity = Similarity.Softmax, Pairs = Pairs.HalfSplit };
        var inputs = new Draw(2).Inputs(half, batch: 1, time: 19);
        var permuted = inputs with { Q = Interleave(inputs.Q, 6), K = Interleave(inputs.K, 6) };
        var expected = Oracle.Run<double>(half, inputs);
        var actual = Oracle.Run<double>(half with { Pairs = Pairs.Interleaved }, permuted);
        Assert.InRange(ErrorRatio.Of(actual.Output, expected.Output), 0, Tolerances.Oracles);
    }

    [Fact]
    public void Softmax_WindowOfTheWholeSequence_EqualsNoWindow()
    {
        var spec = new LayerSpec { KeyDim = 5, ValueDim = 3, Similarity = Similarity.Softmax };
        var inputs = new Draw(3).Inputs(spec, batch: 1, time: 19);
        Assert.Equal(Oracle.Run<double>(spec, inputs).Output, Oracle.Run<double>(spec with { Window = 19 }, inputs).Output);
    }

    [Fact]
    public void Mlstm_ModerateGates_EqualsTheTextbook()
    {
        var spec = s_mlstm with { Epsilon = 0 };
        var inputs = new Draw(4).Inputs(spec, batch: 2, time: 31);
        var textbook = ExponentialGate.Textbook<double>(spec, inputs);
        Assert.InRange(ErrorRatio.Of(Oracle.Run<double>(spec, inputs).Output, textbook.Output), 0, Tolerances.Oracles);
    }

    [Fact]
    public void Mlstm_GatesThatOverflowExp_StaysFinite()
    {
        var drawn = new Draw(5).Inputs(s_mlstm, batch: 1, time: 31);
        var inputs = drawn with { I = Array.ConvertAll(drawn.I, i => i * 2000), G = Array.ConvertAll(drawn.G, g => g * 2000) };
        var result = Oracle.Run<double>(s_mlstm, inputs);
        Assert.All(result.Output, value => Assert.True(double.IsFinite(value)));
        AssertClose(Oracle.RunOtherwise<double>(s_mlstm, inputs), result, "overflowing gates");
    }

    [Fact]
    public void DiagonalDecay_GateOfMinusInfinity_ForgetsAll()
    {
        var spec = new LayerSpec { KeyDim = 4, ValueDim = 3, Decay = DecaySource.Key };
        var inputs = new Draw(6).Inputs(spec, batch: 1, time: 8);
        Array.Fill(inputs.G, float.NegativeInfinity, 5 * 4, 4);
        var fresh = Oracle.Run<double>(spec, inputs.Slice(5, 3));
        AssertClose(Tail(spec, Oracle.Run<double>(spec, inputs), 8, 5), fresh, "recurrent");
        AssertClose(Tail(spec, Oracle.RunOtherwise<double>(spec, inputs), 8, 5), fresh, "quadratic");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Dual_RandomLayer_EqualsCentralDifferences(int seed)
    {
        var spec = RandomSpec(new Random(seed));
        var draw = new Draw(seed);
        var inputs = draw.Inputs(spec, batch: 1, time: 11);
        var slope = new Slope(spec, inputs, draw.Normal(11 * spec.StateHeads * spec.ValueDim, 1)) { HoldsMaximum = true };
        if (Oracle.Run<double>(spec, inputs).State is { } state)
        {
            float[] maximum = spec.Write == WriteKind.ExponentialGate ? Array.ConvertAll(state.M, m => (float)m) : [];
            slope = slope with { Initial = state, FinalS = draw.Normal(state.S.Length, 1), FinalZ = draw.Normal(state.Z.Length, 1), FinalM = maximum };
        }

        foreach (var (tensor, values) in Tensors.Of(spec, inputs).Where(pair => Tensors.IsInput(spec, pair.Key)))
        {
            var directions = Enumerable.Range(0, 3).Select(_ => draw.Normal(values.Data.Length, 1)).ToList();
            double[] Slopes(Func<float[], double> along) => [.. directions.Select(along)];
            var expected = Slopes(direction => slope.Along(tensor, direction));
            Assert.InRange(ErrorRatio.Of(Slopes(direction => slope.AlongIn<double>(tensor, direction)), expected, least: 1e-3), 0, 1e-6);
            Assert.InRange(ErrorRatio.Of(Slopes(direction => slope.AlongIn<float>(tensor, direction)), expected, least: 1e-3), 0, 1e-3);
        }
    }

    [Theory]
    [InlineData(0f, 1, -0.6931471805599453)]
    [InlineData(-800f, 1, -800)]
    [InlineData(-800f, 16, -50)]
    [InlineData(800f, 1, 0)]
    public void LogSigmoid_AnyLogit_IsExact(float logit, double temperature, double expected)
        => Assert.Equal(expected, Scalars.LogSigmoid((double)logit) / temperature, 1e-15);

    [Fact]
    public void NaiveFloat32_RandomGla_IsCloseToTheOracle()
    {
        var spec = new LayerSpec { KeyDim = 16, ValueDim = 24, Heads = 2, Decay = DecaySource.Key };
        var inputs = new Draw(7).Inputs(spec, batch: 1, time: 100);
        var error = ErrorRatio.Of(Oracle.Run<float>(spec, inputs).Output, Oracle.Run<double>(spec, inputs).Output);
        Assert.InRange(error, 1e-9, Tolerances.Float32);
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 60)];

    private static LayerSpec RandomSpec(Random random)
    {
        T Any<T>(params T[] values) => values[random.Next(values.Length)];
        var spec = new LayerSpec
        {
            KeyDim = 2 * random.Next(1, 5),
            ValueDim = random.Next(1, 7),
            Heads = Any(1, 2),
            Scale = Any<double?>(null, 1),
            Similarity = Any(Enum.GetValues<Similarity>()),
            Pairs = Any(Enum.GetValues<Pairs>()),
            Causal = random.Next(4) > 0,
        };
        if (spec.IsSoftmax)
        {
            return spec.Causal ? spec with { KeyValueHeads = 1, Window = Any(0, 1, 6), SinkTokens = Any(0, 2) } : spec;
        }

        spec = spec with { ValueHeads = spec.Heads * Any(1, 3) };
        if (!spec.Causal)
        {
            // A sum of signed kernels may be next to nothing; a normaliser goes with a kernel that is not negative.
            return IsPositive(spec) ? spec with { Denominator = Denominator.KeySum, Pairs = Pairs.None } : spec;
        }

        spec = spec with { Decay = Any(DecaySource.None, DecaySource.Retention, DecaySource.Head, DecaySource.Key), LogSigmoid = Any(false, true), Temperature = Any(1, 16) };
        return random.Next(3) switch
        {
            0 => spec with { Write = WriteKind.Delta, Similarity = Similarity.Identity },
            1 when spec.Decay == DecaySource.Head => spec with { Write = WriteKind.ExponentialGate, Denominator = Denominator.Stabilised },
            _ when IsPositive(spec) => spec with { Denominator = Denominator.KeySum, Pairs = Pairs.None },
            _ => spec,
        };
    }

    private static bool IsPositive(LayerSpec spec) => spec.Similarity is Similarity.EluPlusOne or Similarity.Exp;

    private static LayerResult<double> Tail(LayerSpec spec, LayerResult<double> result, int time, int start)
    {
        var row = spec.StateHeads * spec.ValueDim;
        var output = Enumerable.Range(0, result.Output.Length / (time * row))
            .SelectMany(b => result.Output.Skip(((b * time) + start) * row).Take((time - start) * row));
        return new([.. output], result.State);
    }

    private static float[] Interleave(float[] rows, int width)
        => [.. rows.Chunk(width).SelectMany(row => Enumerable.Range(0, width).Select(c => row[(c / 2) + (c % 2 * width / 2)]))];

    private static void AssertClose(LayerResult<double> actual, LayerResult<double> expected, string what)
    {
        var output = ErrorRatio.Of(actual.Output, expected.Output);
        Assert.True(output <= Tolerances.Oracles, $"{what}: outputs differ by {output:e1}");
        if (actual.State is not null && expected.State is not null)
        {
            foreach (var (one, other, name) in new[] { (actual.State.S, expected.State.S, "S"), (actual.State.Z, expected.State.Z, "Z") })
            {
                Assert.True(ErrorRatio.Of(one, other) <= Tolerances.Oracles, $"{what}: {name} differs by {ErrorRatio.Of(one, other):e1}");
            }

            Assert.Equal(expected.State.M, actual.State.M, (one, other) => one == other || Math.Abs(one - other) <= 1e-9 * (1 + Math.Abs(one)));
        }
    }
}
