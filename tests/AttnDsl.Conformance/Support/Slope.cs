using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.Support;

/// <summary>Slopes of L = Σ o·upstream + Σ S·finalS + Σ z·finalZ of an oracle along directions: central differences in float64.</summary>
/// <param name="Spec">The layer.</param>
/// <param name="Inputs">Where the slope is taken.</param>
/// <param name="Upstream">∂L/∂o.</param>
internal sealed record Slope(LayerSpec Spec, LayerInputs Inputs, float[] Upstream)
{
    public const string InitialS = "initial S", InitialKeySum = "initial key sum", InitialMaximum = "initial maximum";

    /// <summary>How names of the feature map's parameters begin.</summary>
    public const string MapParameter = "in.map.";

    /// <summary>The tensor of a convolution's taps, by the oracles' name of them.</summary>
    public static string Taps(string name) => $"in.{name[0]}_taps";

    /// <summary>Both the third derivative (times h²) and the rounding of L (over h) stay below 1e-9 of the slope.</summary>
    private const double H = 1e-6;

    public MatrixState<double>? Initial { get; init; }

    /// <summary>Whether mLSTM's maximum counts as a constant, as it does in generated gradients.</summary>
    public bool HoldsMaximum { get; init; }

    /// <summary>Whether the loop itself is that over every pair of tokens, where there is one.</summary>
    public bool Otherwise { get; init; }

    /// <summary>∂L/∂S of the final state, as it is stored.</summary>
    public float[] FinalS { get; init; } = [];

    /// <summary>∂L/∂z of the final state, as it is stored.</summary>
    public float[] FinalZ { get; init; } = [];

    /// <summary>mLSTM stores S and z times e^{−m}, with this m, which counts as a constant.</summary>
    public float[] FinalM { get; init; } = [];

    /// <summary>Along a direction of one tensor: an input, or a part of the initial state.</summary>
    public double Along(string tensor, float[] direction)
    {
        // Where the maximum is held, too, nothing of the divisor varies: what is left is the derivative of the loop itself.
        // Functions of the user may jump, which a difference would step over.
        if ((Spec.HoldsDenominator && HoldsMaximum) || Spec.Own is not null) return AlongIn<double>(tensor, direction);
        var (spec, upstream) = (Spec, Array.ConvertAll(Upstream, u => (double)u));
        if (Spec.HoldsDenominator)
        {
            // What is differentiated are the numerators; the outputs are these times something constant.
            spec = Spec with { Denominator = Denominator.None };
            var (outputs, numerators) = (Oracle.Run(Spec, Inputs, Initial).Output, Oracle.Run(spec, Inputs, Initial).Output);
            upstream = [.. upstream.Select((u, i) => u * outputs[i] / numerators[i])];
        }

        return (Loss(spec, upstream, tensor, direction, H) - Loss(spec, upstream, tensor, direction, -H)) / (2 * H);
    }

    /// <summary>The same by the derivative of the loop itself, in another precision.</summary>
    public double AlongIn<T>(string tensor, float[] direction)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        MatrixState<Dual<T>>? initial = null;
        if (Initial is not null)
        {
            initial = new(Spec, Inputs.Batch) { Position = Initial.Position };
            Fill(initial.S, Initial.S, tensor == InitialS ? direction : null);
            Fill(initial.Z, Initial.Z, tensor == InitialKeySum ? direction : null);
            Fill(initial.M, Initial.M, tensor == InitialMaximum ? direction : null);
            Fill(initial.ValueMean, Initial.ValueMean, null);
            Fill(initial.Count, Initial.Count, null);
            Fill(initial.Phase, Initial.Phase, null);
            Fill(initial.LastPhi, Initial.LastPhi, null);
        }

        var moved = Moved(tensor, direction, 0);
        var result = Otherwise && Oracle.HasOtherRoute(Spec) ? Oracle.RunOtherwise(Spec, moved, initial) : Oracle.Run(Spec, moved, initial);
        double Derivative(Dual<T> value) => double.CreateChecked(value.Slope);
        var slope = Sum(Upstream, Array.ConvertAll(result.Output, Derivative));
        return result.State is not { } final ? slope : slope + Stored(
            Array.ConvertAll(final.S, Derivative), Array.ConvertAll(final.Z, Derivative), Array.ConvertAll(final.M, m => double.CreateChecked(m.Value)));
    }

    private double Loss(LayerSpec spec, double[] upstream, string tensor, float[] direction, double step)
    {
        var initial = Initial?.Clone();
        switch (tensor)
        {
            case InitialS: Move(initial!.S, direction, step); break;
            case InitialKeySum: Move(initial!.Z, direction, step); break;
            case InitialMaximum: Move(initial!.M, direction, step); break;
        }

        var result = Oracle.Run(spec, Moved(tensor, direction, step), initial);
        var loss = upstream.Select((u, i) => u * result.Output[i]).Sum();
        return result.State is not { } final ? loss : loss + Stored(final.S, final.Z, final.M);
    }

    private LayerInputs Moved(string tensor, float[] direction, double step)
    {
        var nowhere = new LayerInputs(Inputs.Batch, Inputs.Time, [], [], []);
        var moved = tensor switch
        {
            "in.q" => nowhere with { Q = direction },
            "in.k" => nowhere with { K = direction },
            "in.v" => nowhere with { V = direction },
            "in.g" => nowhere with { G = Spec.LearnedGate ? [.. Enumerable.Repeat(direction, Inputs.Batch * Inputs.Time).SelectMany(x => x)] : direction },
            "in.beta" => nowhere with { Beta = direction },
            "in.i" => nowhere with { I = direction },
            "in.phi" => nowhere with { Phi = direction },
            "in.theta" => nowhere with { Theta = direction },
            "in.phasebias" => nowhere with { PhaseBias = direction },
            "in.phasegate" => nowhere with { PhaseGate = direction },
            "in.a_log" or "in.power" => nowhere with { ALog = direction },
            "in.dt_bias" or "in.lambda" => nowhere with { DtBias = direction },
            "in.u" => nowhere with { U = direction },
            "in.w" => nowhere with { W = direction },
            "in.level_scales" => nowhere with { LevelScales = direction },
            "in.sink" => nowhere with { Sink = direction },
            "in.d" => nowhere with { D = direction },
            "in.a" => nowhere with { A = direction },
            "in.b" => nowhere with { B = direction },
            "in.s" => nowhere with { S = direction },
            "in.eta" => nowhere with { Eta = direction },
            "in.output_gate" => nowhere with { Y = direction },
            InitialS or InitialKeySum or InitialMaximum => nowhere,
            "in.q_taps" or "in.k_taps" or "in.v_taps" => nowhere with { Parameters = new Dictionary<string, float[]> { [tensor[3] + "Taps"] = direction } },
            _ when tensor.StartsWith(MapParameter, StringComparison.Ordinal) => nowhere with { Parameters = new Dictionary<string, float[]> { [tensor[MapParameter.Length..]] = direction } },
            _ => throw new ArgumentOutOfRangeException(nameof(tensor)),
        };
        return Inputs with { Direction = moved, Step = step, HoldsMaximum = HoldsMaximum };
    }

    private static void Fill<T>(Dual<T>[] to, double[] values, float[]? slopes)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = new(T.CreateChecked(values[i]), T.CreateChecked(slopes?[i] ?? 0));
        }
    }

    private static void Move(double[] values, float[] direction, double step)
    {
        for (var i = 0; i < direction.Length; i++)
        {
            values[i] += step * direction[i];
        }
    }

    private double Stored(double[] s, double[] z, double[] maximum) => Stored(FinalS, s, maximum) + Stored(FinalZ, z, maximum);

    private double Stored(float[] gradient, double[] part, double[] maximum)
        => gradient.Select((g, i) => g * part[i] * (FinalM.Length == 0 ? 1 : ScaleOf(maximum, i * FinalM.Length / part.Length))).Sum();

    private double ScaleOf(double[] maximum, int head) => Math.Exp(maximum[head] - FinalM[head]);

    private static double Sum(float[] upstream, double[] values) => upstream.Select((u, i) => u * values[i]).Sum();
}
