using System.ComponentModel;

namespace AttnDsl.Gpu.Kernels;

/// <summary>Temperatures and wrapped phases in kernels, in double precision and from arithmetic alone, as <see cref="GpuMath"/> is.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuPhases
{
    private const double Turn = 6.283185307179586;

    /// <summary>most · ratio^i.</summary>
    public static double Geometric(int i, double ratio, double most)
    {
        double power = most;
        for (double square = ratio; i > 0; i >>= 1)
        {
            if ((i & 1) != 0) power *= square;
            square *= square;
        }

        return power;
    }

    /// <summary>scale · tan(i·step), given the step's cosine and sine.</summary>
    public static double Tangent(int i, double cosine, double sine, double scale)
    {
        double c = 1, s = 0;
        for (; i > 0; i >>= 1)
        {
            if ((i & 1) != 0)
            {
                double turned = c * cosine - s * sine;
                s = c * sine + s * cosine;
                c = turned;
            }

            double doubled = cosine * cosine - sine * sine;
            sine = 2 * cosine * sine;
            cosine = doubled;
        }

        return scale * (s / c);
    }

    /// <summary>1 / (1 + e^−x), to 1e-15.</summary>
    public static double Sigmoid(double x)
    {
        if (!(x < 700)) return x >= 700 ? 1 : double.NaN;
        if (x < -700) return 0;

        // e^−x = 2^n e^r, |r| ≤ ½ ln 2, and e^r as the square of a square of a short series.
        double turned = -x * 1.4426950408889634;
        int n = (int)(turned + (turned < 0 ? -0.5 : 0.5));
        double r = ((-x - n * 0.693147180369123816) - n * 1.9082149292705877e-10) * 0.25;
        double e = 1 + r * (1 + r * (1 / 2.0 + r * (1 / 6.0 + r * (1 / 24.0 + r * (1 / 120.0 + r * (1 / 720.0 + r * (1 / 5040.0 + r * (1 / 40320.0 + r * (1 / 362880.0)))))))));
        e *= e;
        e *= e;
        return 1 / (1 + e * Geometric(n < 0 ? -n : n, n < 0 ? 0.5 : 2, 1));
    }

    /// <summary>The same angle within a half turn of 0; NaN for one beyond 1e15 turns.</summary>
    public static double Wrap(double angle)
    {
        double turns = angle * (1 / Turn);
        if (!(turns < 1e15 && turns > -1e15)) return double.NaN;
        return angle - Turn * (long)(turns + (turns < 0 ? -0.5 : 0.5));
    }
}
