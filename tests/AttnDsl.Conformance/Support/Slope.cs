using System.Linq;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.Support;

/// <summary>Slopes of L = Σ o·upstream + Σ S·finalS + Σ z·finalZ of an oracle along directions: central differences in float64.</summary>
/// <param name="Spec">The layer.</param>
/// <param name="Inputs">Where the slope is taken.</param>
/// <param name="Upstream">∂L/∂o.</param>
internal sealed record Slope(LayerSpec Spec, LayerInputs Inputs, float[] Upstream)
{
    /// <summary>Both the third derivative (times h²) and the rounding of L (over h) stay below 1e-9 of the slope.</summary>
    private const double H = 1e-6;

    public MatrixState<double>? Initial { get; init; }

    /// <summary>∂L/∂S of the final state, as it is stored.</summary>
    public float[] FinalS { get; init; } = [];

    /// <summary>∂L/∂z of the final state, as it is stored.</summary>
    public float[] FinalZ { get; init; } = [];

    /// <summary>mLSTM stores S and z times e^{−m}, with this m, which counts as a constant.</summary>
    public float[] FinalM { get; init; } = [];

    public double Along(LayerInputs direction, float[]? s = null, float[]? z = null)
        => (Loss(direction, s, z, H) - Loss(direction, s, z, -H)) / (2 * H);

    private double Loss(LayerInputs direction, float[]? s, float[]? z, double step)
    {
        var initial = Initial?.Clone();
        if (initial is not null)
        {
            Move(initial.S, s, step);
            Move(initial.Z, z, step);
        }

        var result = Oracle.Run(Spec, Inputs with { Direction = direction, Step = step }, initial);
        var loss = Upstream.Select((upstream, i) => upstream * result.Output[i]).Sum();
        if (result.State is { } final)
        {
            loss += Stored(FinalS, final.S, final.M) + Stored(FinalZ, final.Z, final.M);
        }

        return loss;
    }

    private static void Move(double[] values, float[]? direction, double step)
    {
        for (var i = 0; i < (direction?.Length ?? 0); i++)
        {
            values[i] += step * direction![i];
        }
    }

    private double Stored(float[] gradient, double[] part, double[] maximum)
        => gradient.Select((g, i) => g * part[i] * (FinalM.Length == 0 ? 1 : ScaleOf(maximum, i * FinalM.Length / part.Length))).Sum();

    private double ScaleOf(double[] maximum, int head) => System.Math.Exp(maximum[head] - FinalM[head]);
}
