using System;
using System.Linq;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.Support;

/// <summary>Slopes of L = Σ o·upstream + Σ S·finalS + Σ z·finalZ of an oracle along directions: central differences in float64.</summary>
/// <param name="Spec">The layer.</param>
/// <param name="Inputs">Where the slope is taken.</param>
/// <param name="Upstream">∂L/∂o.</param>
internal sealed record Slope(LayerSpec Spec, LayerInputs Inputs, float[] Upstream)
{
    public const string InitialS = "initial S", InitialKeySum = "initial key sum";

    /// <summary>Both the third derivative (times h²) and the rounding of L (over h) stay below 1e-9 of the slope.</summary>
    private const double H = 1e-6;

    public MatrixState<double>? Initial { get; init; }

    /// <summary>∂L/∂S of the final state, as it is stored.</summary>
    public float[] FinalS { get; init; } = [];

    /// <summary>∂L/∂z of the final state, as it is stored.</summary>
    public float[] FinalZ { get; init; } = [];

    /// <summary>mLSTM stores S and z times e^{−m}, with this m, which counts as a constant.</summary>
    public float[] FinalM { get; init; } = [];

    /// <summary>Along a direction of one tensor: an input, or a part of the initial state.</summary>
    public double Along(string tensor, float[] direction) => (Loss(tensor, direction, H) - Loss(tensor, direction, -H)) / (2 * H);

    private double Loss(string tensor, float[] direction, double step)
    {
        var initial = Initial?.Clone();
        switch (tensor)
        {
            case InitialS: Move(initial!.S, direction, step); break;
            case InitialKeySum: Move(initial!.Z, direction, step); break;
        }

        var nowhere = new LayerInputs(Inputs.Batch, Inputs.Time, [], [], []);
        var moved = tensor switch
        {
            "in.q" => nowhere with { Q = direction },
            "in.k" => nowhere with { K = direction },
            "in.v" => nowhere with { V = direction },
            "in.g" => nowhere with { G = direction },
            "in.beta" => nowhere with { Beta = direction },
            "in.i" => nowhere with { I = direction },
            "in.phi" => nowhere with { Phi = direction },
            "in.phasegate" => nowhere with { PhaseGate = direction },
            "in.a_log" => nowhere with { ALog = direction },
            "in.dt_bias" => nowhere with { DtBias = direction },
            "in.u" => nowhere with { U = direction },
            "in.w" => nowhere with { W = direction },
            "in.d" => nowhere with { D = direction },
            "in.a" => nowhere with { A = direction },
            "in.b" => nowhere with { B = direction },
            "in.s" => nowhere with { S = direction },
            "in.eta" => nowhere with { Eta = direction },
            InitialS or InitialKeySum => nowhere,
            _ => throw new ArgumentOutOfRangeException(nameof(tensor)),
        };
        var result = Oracle.Run(Spec, Inputs with { Direction = moved, Step = step }, initial);
        var loss = Upstream.Select((upstream, i) => upstream * result.Output[i]).Sum();
        if (result.State is { } final)
        {
            loss += Stored(FinalS, final.S, final.M) + Stored(FinalZ, final.Z, final.M);
        }

        return loss;
    }

    private static void Move(double[] values, float[] direction, double step)
    {
        for (var i = 0; i < direction.Length; i++)
        {
            values[i] += step * direction[i];
        }
    }

    private double Stored(float[] gradient, double[] part, double[] maximum)
        => gradient.Select((g, i) => g * part[i] * (FinalM.Length == 0 ? 1 : ScaleOf(maximum, i * FinalM.Length / part.Length))).Sum();

    private double ScaleOf(double[] maximum, int head) => Math.Exp(maximum[head] - FinalM[head]);
}
