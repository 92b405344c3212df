using System;

namespace AttnDsl.Benchmarks;

/// <summary>
/// What the mathematics of a layer asks for, whatever a form computes: the operations of the recurrence, or of exact attention over the pairs
/// that count, and the values of exp. Per head.
/// </summary>
/// <param name="TokenFlops">Operations a token.</param>
/// <param name="TokenExps">Exponentials a token; a logarithm, a sigmoid, a sine or a cosine counts as one.</param>
/// <param name="PairFlops">Operations for each pair of a query and a key that it sees.</param>
/// <param name="PairExps">Exponentials for each such pair.</param>
/// <param name="Window">How many keys a query sees at most, where pairs count.</param>
internal sealed record LayerCost(double TokenFlops, double TokenExps, double PairFlops = 0, double PairExps = 0, double Window = double.PositiveInfinity)
{
    /// <summary>Whether a query sees keys behind it too.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>Whether the state is a cache that fills up.</summary>
    public bool Fills => PairFlops > 0 && double.IsInfinity(Window);

    /// <summary>A state [F,V]: written and read, decayed where <paramref name="gated"/>, and for each delta term read and written once more or in the write's place.</summary>
    /// <param name="extra">Further passes of a multiply-add over the state: what a delta rule retrieves, what its general form writes beside k vᵀ.</param>
    public static LayerCost State(double features, double values, double exps, bool gated = false, int extra = 0) =>
        new(features * values * (4 + (gated ? 1 : 0) + (2 * extra)), exps);

    /// <summary>Learned features: a projection, and behind each of its rows a network that gives several features; of a query and of a key.</summary>
    public static LayerCost Luna(double keys, double values, double projections, double functions, double hidden)
    {
        var state = State(projections * functions, values, exps: 0);
        return state with { TokenFlops = state.TokenFlops + (2 * 2 * projections * (keys + hidden + (hidden * functions))) };
    }

    public static LayerCost Softmax(double keys, double values, double window = double.PositiveInfinity, double pairExps = 1, double tokenExps = 0) =>
        new(0, tokenExps, 2 * (keys + values), pairExps, window);

    /// <summary>Of one pass over <paramref name="time"/> tokens.</summary>
    public (double Flops, double Exps) OfSequence(int time)
    {
        var seen = Math.Min(Window, time);
        var pairs = Bidirectional ? (double)time * time : (seen * time) - (seen * (seen - 1) / 2);
        return (LayerSlice.Heads * ((time * TokenFlops) + (pairs * PairFlops)), LayerSlice.Heads * ((time * TokenExps) + (pairs * PairExps)));
    }

    /// <summary>Of one token behind <paramref name="time"/> others.</summary>
    public (double Flops, double Exps) OfStep(double time)
    {
        var pairs = Math.Min(Window, time);
        return (LayerSlice.Heads * (TokenFlops + (pairs * PairFlops)), LayerSlice.Heads * (TokenExps + (pairs * PairExps)));
    }

    /// <summary>Operations of forward and backward in forwards: each product has two derivatives; softmax computes its scores again.</summary>
    public double Training => PairFlops > 0 ? 3.5 : 3;
}
