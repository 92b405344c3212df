using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>How many tokens may be taken before a decay that is deferred could overflow or lose a digit.</summary>
internal static class Spans
{
    /// <summary>Tokens of a span at most: what is prepared for them stays in the first cache.</summary>
    public const int Most = 32;

    /// <summary>What may have decayed inside a span, e^−30: its inverse is far from overflow, and so are keys times it.</summary>
    private const float Faintest = 1e-13f;

    /// <summary>A span under one gate a token.</summary>
    /// <param name="tokens">Tokens there are, up to <see cref="Most"/>.</param>
    /// <param name="g">Log-decays of the tokens.</param>
    /// <param name="decay">Room for a decay a token.</param>
    /// <param name="reach">What is left of 1 from the first token up to each, the first token's own decay not counted.</param>
    /// <param name="first">The first token's own decay.</param>
    /// <returns>The tokens of the span, at least one.</returns>
    [MethodImpl(Jit.Kernel)]
    public static int OfTokens<TVec>(int tokens, ref float g, ref float decay, ref float reach, out float first)
        where TVec : struct, ISimd<TVec>
    {
        for (int t = 0; t < tokens; t += TVec.Count)
        {
            TVec.Store(TVec.Exp(TVec.Load(in g, t, tokens - t)), ref decay, t);
        }

        first = decay;
        reach = 1;
        float running = 1;
        for (int t = 1; t < tokens; t++)
        {
            running *= Unsafe.Add(ref decay, t);
            if (!(running >= Faintest))
            {
                return t;
            }

            Unsafe.Add(ref reach, t) = running;
        }

        return tokens;
    }

    /// <summary>A span under gates of their own for every row of the state.</summary>
    /// <param name="tokens">Tokens there are, up to <see cref="Most"/>.</param>
    /// <param name="rows">Rows of the state.</param>
    /// <param name="g">Log-decays [tokens,rows].</param>
    /// <param name="gRow">Row stride of the log-decays.</param>
    /// <param name="reach">What is left of 1 from the first token up to each [tokens,rows], the first token's own decay not counted.</param>
    /// <param name="row">Row stride of it, whole vectors.</param>
    /// <param name="begin">The first token's own decays.</param>
    /// <param name="end">The last row of the reach.</param>
    /// <returns>The tokens of the span, at least one.</returns>
    [MethodImpl(Jit.Kernel)]
    public static int OfRows<TVec>(int tokens, int rows, ref float g, nint gRow, ref float reach, nint row, ref float begin, ref float end)
        where TVec : struct, ISimd<TVec>
    {
        TVec one = TVec.Create(1);
        for (int c = 0; c < rows; c += TVec.Count)
        {
            TVec.Store(TVec.Exp(TVec.Load(in g, c, rows - c)), ref begin, c);
            TVec.Store(one, ref reach, c);
        }

        ref float gate = ref g;
        ref float before = ref reach;
        for (int t = 1; t < tokens; t++)
        {
            gate = ref Unsafe.Add(ref gate, gRow);
            ref float after = ref Unsafe.Add(ref before, row);
            for (int c = 0; c < rows; c += TVec.Count)
            {
                TVec.Store(TVec.Load(in before, c) * TVec.Exp(TVec.Load(in gate, c, rows - c)), ref after, c);
            }

            before = ref after;
        }

        // Lanes behind the last row hold the decay of what is not there: e^0.
        TVec faint = TVec.Create(Faintest);
        TVec isFine = one;
        for (int c = 0; c < rows; c += TVec.Count)
        {
            isFine = TVec.Select(TVec.LessOrEqual(faint, TVec.Load(in before, c)), isFine, TVec.Create(0));
        }

        int count = TVec.MaxLane(one - isFine) > 0 ? Fine(tokens, rows, ref reach, row) : tokens;
        for (int c = 0; c < rows; c += TVec.Count)
        {
            TVec.Store(TVec.Load(in reach, ((count - 1) * row) + c), ref end, c);
        }

        return count;
    }

    /// <summary>How many tokens it takes until a decay is too faint to be divided by, or no number; at least one.</summary>
    [MethodImpl(Jit.Kernel)]
    private static int Fine(int tokens, int rows, ref float reach, nint row)
    {
        for (int t = 1; t < tokens; t++)
        {
            for (int c = 0; c < rows; c++)
            {
                if (!(Unsafe.Add(ref reach, (t * row) + c) >= Faintest))
                {
                    return t;
                }
            }
        }

        return tokens;
    }
}
