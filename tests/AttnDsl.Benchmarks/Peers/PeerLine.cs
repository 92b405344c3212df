using System;
using System.Globalization;
using System.Linq;

namespace AttnDsl.Benchmarks.Peers;

/// <summary>What one process found out about one peer of one row, as a line for the process that asked.</summary>
/// <param name="Key">Layer, form, width, tokens, threads.</param>
/// <param name="Ours">Our milliseconds, the median.</param>
/// <param name="OfBound">Our share of the bound.</param>
/// <param name="OfPeak">Our multiply-adds by the measured peak.</param>
/// <param name="Allocated">Bytes a call that ours allocates.</param>
/// <param name="Theirs">The peer's milliseconds, the median.</param>
/// <param name="Ratio">Median of the peer's time by ours, pair by pair.</param>
/// <param name="Low">First quartile of the same.</param>
/// <param name="High">Third quartile.</param>
/// <param name="Difference">Largest difference of any result, by the largest value of that result.</param>
internal sealed record PeerLine(
    string Key, string Peer, double Ours, double OfBound, double OfPeak, double Allocated, double Theirs, double Ratio, double Low, double High, double Difference)
{
    public const string Mark = "peer-line";

    /// <summary>Results that differ more are of another operation: nothing is timed.</summary>
    public const double Tolerance = 1e-3;

    public bool Agrees => Difference < Tolerance;

    public override string ToString() => string.Join('\t', [Mark, Key, Peer, .. Numbers.Select(number => number.ToString("R", CultureInfo.InvariantCulture))]);

    public static PeerLine? Parse(string text)
    {
        if (text.Split('\t') is not [Mark, var key, var peer, .. var rest])
        {
            return null;
        }

        var n = Array.ConvertAll(rest, number => double.Parse(number, CultureInfo.InvariantCulture));
        return new(key, peer, n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8]);
    }

    private double[] Numbers => [Ours, OfBound, OfPeak, Allocated, Theirs, Ratio, Low, High, Difference];
}
