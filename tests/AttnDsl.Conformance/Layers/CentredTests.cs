using System;
using System.Linq;
using System.Numerics.Tensors;
using AttnDsl.Conformance.Support;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Conformance.Layers;

/// <summary>What centred reads are for: weights that sum to one, queries that do not collide, the limit of softmax, and no cancellation.</summary>
public sealed class CentredTests
{
    private const int Dim = 8;

    public static TheoryData<Forms> EachForm => [Forms.Recurrent, Forms.Parallel, Forms.Chunkwise];

    [Theory]
    [MemberData(nameof(EachForm))]
    public void Forward_MeansFarFromZero_KeepsItsDigits(Forms form)
    {
        var inputs = Draw(1, time: 1500, keys: 300, values: 20);
        var spec = new LayerSpec { KeyDim = Dim, ValueDim = Dim, Denominator = Denominator.Centred };
        var (actual, expected) = (Forward(inputs, form), Oracle.Run<double>(spec, inputs).Output);
        // What sums that are not centred would lose, here 1e-2 of the deviations: keys of 300 make products of 6000 to a covariance of 0.03.
        var deviation = expected.Select(x => x - 20).ToArray();
        Assert.InRange(ErrorRatio.Of([.. actual.Select(x => x - 20.0)], deviation), 0, 2e-4);
    }

    [Theory]
    [MemberData(nameof(EachForm))]
    public void Forward_ValuesAllTheSame_AreTheOutput(Forms form)
    {
        var inputs = Draw(2, time: 200);
        Array.Fill(inputs.V, 3);
        Assert.All(Forward(inputs, form), x => Assert.Equal(3, x, 1e-5f));
    }

    [Fact]
    public void Forward_CollinearQueries_DoNotCollide()
    {
        var inputs = Draw(3, time: 100);
        for (var c = 0; c < Dim; c++) inputs.Q[(98 * Dim) + c] = 2 * inputs.Q[(99 * Dim) + c];
        var output = Forward(inputs, Forms.Chunkwise);
        Assert.Contains(Enumerable.Range(0, Dim), c => Math.Abs(output[(98 * Dim) + c] - output[(99 * Dim) + c]) > 0.01);
    }

    [Fact]
    public void Forward_LongGaussianPrompt_ComesNearSoftmax()
    {
        // The mean square of the difference falls as 1/T (SYSTEMS 10.7); a fourth of the tokens must leave more than twice as much.
        double Difference(int time) => Enumerable.Range(0, 8).Average(seed =>
        {
            var inputs = Draw(seed, time);
            var softmax = Oracle.Run<double>(new() { KeyDim = Dim, ValueDim = Dim, Similarity = Similarity.Softmax, Scale = 0.1 }, inputs).Output;
            var moments = Oracle.Run<double>(new() { KeyDim = Dim, ValueDim = Dim, Denominator = Denominator.Centred, Scale = 0.1 }, inputs).Output;
            return Enumerable.Range((time - 32) * Dim, 32 * Dim).Average(i => Math.Pow(softmax[i] - moments[i], 2));
        });
        var (few, many) = (Difference(64), Difference(256));
        Assert.True(many < few / 2, $"{few:e2} with 64 tokens, {many:e2} with 256");
    }

    private static LayerInputs Draw(int seed, int time, float keys = 0, float values = 0)
    {
        var draw = new Draw(seed);
        float[] Normal(float mean) => Array.ConvertAll(draw.Normal(time * Dim, 1), x => mean + x);
        return new(1, time, Normal(0), Normal(keys), Normal(values));
    }

    private static float[] Forward(LayerInputs inputs, Forms form)
    {
        nint[] shape = [1, inputs.Time, 1, Dim];
        var output = new float[inputs.Time * Dim];
        Moments8x8.Forward(
            new() { Q = new ReadOnlyTensorSpan<float>(inputs.Q, shape), K = new ReadOnlyTensorSpan<float>(inputs.K, shape), V = new ReadOnlyTensorSpan<float>(inputs.V, shape) },
            new TensorSpan<float>(output, shape), form);
        return output;
    }
}
