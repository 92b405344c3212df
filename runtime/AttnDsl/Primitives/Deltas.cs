using System;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>A matrix state corrected by one token after the other: each writes what its key's value still has to change.</summary>
/// <remarks>
/// A token can only write when it has retrieved, which would take two passes over the state a token. Several are taken at once: what the
/// state holds for all their keys and queries is gathered in the pass that writes the corrections of those before them, and what they
/// change for each other follows from the products of their keys and queries. Decays are deferred as in <see cref="States"/>.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Deltas
{
    private const int Span = Spans.Most;

    /// <summary>What a token has to do with those beside it, at most four: 1 + 4 floats.</summary>
    private const int PairFloats = 5;

    /// <summary>u_t = β_t (v_t − Sᵀk_t), S ← S + k_t u_tᵀ and o_t = Sᵀq_t for one token after the other.</summary>
    /// <param name="tokens">Tokens.</param>
    /// <param name="rows">Rows of S, columns of q and k.</param>
    /// <param name="cols">Columns of S, v and o.</param>
    /// <param name="q">Queries [tokens,rows].</param>
    /// <param name="qRow">Row stride of the queries.</param>
    /// <param name="k">Keys [tokens,rows].</param>
    /// <param name="kRow">Row stride of the keys.</param>
    /// <param name="v">Values [tokens,cols].</param>
    /// <param name="vRow">Row stride of the values.</param>
    /// <param name="beta">Strengths β: [tokens], one behind the other.</param>
    /// <param name="s">State [rows,cols], rows one behind the other.</param>
    /// <param name="o">Outputs [tokens,cols].</param>
    /// <param name="oRow">Row stride of the outputs.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/> floats.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Advance<TVec>(
        int tokens, int rows, int cols, ref float q, nint qRow, ref float k, nint kRow, ref float v, nint vRow, ref float beta, ref float s, ref float o, nint oRow, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        nint row = Padded(rows);
        ref float begin = ref scratch;
        ref float end = ref Unsafe.Add(ref begin, row);
        ref float query = ref Unsafe.Add(ref end, 2 * row);
        ref float read = ref Unsafe.Add(ref query, Span * row);
        ref float rest = ref Unsafe.Add(ref read, 2 * Span * row);
        Fill<TVec>(ref begin, row, 1);
        if (tokens == 1)
        {
            DeltaStep.Run<TVec>(rows, cols, ref q, ref k, ref v, beta, ref begin, ref s, ref o, ref query);
            return;
        }

        Fill<TVec>(ref end, row, 1);
        for (int first = 0; first < tokens; first += Span)
        {
            int count = Math.Min(Span, tokens - first);
            Pack<TVec>(count, rows, ref Unsafe.Add(ref q, first * qRow), qRow, ref query, row);
            Pack<TVec>(count, rows, ref Unsafe.Add(ref k, first * kRow), kRow, ref read, row);
            Run<TVec>(
                count, rows, cols, ref query, ref read, ref read, row, ref Unsafe.Add(ref v, first * vRow), vRow, ref Unsafe.Add(ref beta, first),
                ref s, ref Unsafe.Add(ref o, first * oRow), oRow, ref begin, ref end, ref rest);
        }
    }

    /// <summary>The same with S ← e^{g_t} S before each token retrieves.</summary>
    /// <param name="tokens">Tokens.</param>
    /// <param name="rows">Rows of S, columns of q and k.</param>
    /// <param name="cols">Columns of S, v and o.</param>
    /// <param name="q">Queries [tokens,rows].</param>
    /// <param name="qRow">Row stride of the queries.</param>
    /// <param name="k">Keys [tokens,rows].</param>
    /// <param name="kRow">Row stride of the keys.</param>
    /// <param name="v">Values [tokens,cols].</param>
    /// <param name="vRow">Row stride of the values.</param>
    /// <param name="beta">Strengths β: [tokens], one behind the other.</param>
    /// <param name="g">Log-decays, ≤ 0: [tokens], one behind the other.</param>
    /// <param name="s">State [rows,cols], rows one behind the other.</param>
    /// <param name="o">Outputs [tokens,cols].</param>
    /// <param name="oRow">Row stride of the outputs.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/> floats.</param>
    [MethodImpl(Jit.Kernel)]
    public static void AdvanceDecayed<TVec>(
        int tokens, int rows, int cols, ref float q, nint qRow, ref float k, nint kRow, ref float v, nint vRow, ref float beta, ref float g, ref float s, ref float o, nint oRow, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        nint row = Padded(rows);
        ref float begin = ref scratch;
        ref float end = ref Unsafe.Add(ref begin, row);
        ref float query = ref Unsafe.Add(ref end, 2 * row);
        ref float read = ref Unsafe.Add(ref query, Span * row);
        ref float write = ref Unsafe.Add(ref read, Span * row);
        ref float rest = ref Unsafe.Add(ref write, Span * row);
        if (tokens == 1)
        {
            TVec decay = TVec.Exp(TVec.Splat(in g, 0));
            for (int c = 0; c < rows; c += TVec.Count)
            {
                TVec.Store(decay, ref begin, c);
            }

            DeltaStep.Run<TVec>(rows, cols, ref q, ref k, ref v, beta, ref begin, ref s, ref o, ref query);
            return;
        }

        for (int first = 0; first < tokens;)
        {
            int count = PrepareTokens<TVec>(
                Math.Min(Span, tokens - first), rows, ref Unsafe.Add(ref q, first * qRow), qRow, ref Unsafe.Add(ref k, first * kRow), kRow, ref Unsafe.Add(ref g, first),
                ref query, ref read, ref write, row, ref begin, ref end);
            Run<TVec>(
                count, rows, cols, ref query, ref read, ref write, row, ref Unsafe.Add(ref v, first * vRow), vRow, ref Unsafe.Add(ref beta, first),
                ref s, ref Unsafe.Add(ref o, first * oRow), oRow, ref begin, ref end, ref rest);
            first += count;
        }
    }

    /// <summary>The same with S ← diag(e^{g_t}) S before each token retrieves.</summary>
    /// <param name="tokens">Tokens.</param>
    /// <param name="rows">Rows of S, columns of q and k.</param>
    /// <param name="cols">Columns of S, v and o.</param>
    /// <param name="q">Queries [tokens,rows].</param>
    /// <param name="qRow">Row stride of the queries.</param>
    /// <param name="k">Keys [tokens,rows].</param>
    /// <param name="kRow">Row stride of the keys.</param>
    /// <param name="v">Values [tokens,cols].</param>
    /// <param name="vRow">Row stride of the values.</param>
    /// <param name="beta">Strengths β: [tokens], one behind the other.</param>
    /// <param name="g">Log-decays, ≤ 0: [tokens,rows].</param>
    /// <param name="gRow">Row stride of the log-decays.</param>
    /// <param name="s">State [rows,cols], rows one behind the other.</param>
    /// <param name="o">Outputs [tokens,cols].</param>
    /// <param name="oRow">Row stride of the outputs.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/> floats.</param>
    [MethodImpl(Jit.Kernel)]
    public static void AdvanceRowsDecayed<TVec>(
        int tokens, int rows, int cols, ref float q, nint qRow, ref float k, nint kRow, ref float v, nint vRow, ref float beta, ref float g, nint gRow, ref float s, ref float o, nint oRow, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        nint row = Padded(rows);
        ref float begin = ref scratch;
        ref float end = ref Unsafe.Add(ref begin, row);
        ref float query = ref Unsafe.Add(ref end, 2 * row);
        ref float read = ref Unsafe.Add(ref query, Span * row);
        ref float write = ref Unsafe.Add(ref read, Span * row);
        ref float rest = ref Unsafe.Add(ref write, Span * row);
        if (tokens == 1)
        {
            for (int c = 0; c < rows; c += TVec.Count)
            {
                TVec.Store(TVec.Exp(TVec.Load(in g, c, rows - c)), ref begin, c);
            }

            DeltaStep.Run<TVec>(rows, cols, ref q, ref k, ref v, beta, ref begin, ref s, ref o, ref query);
            return;
        }

        for (int first = 0; first < tokens;)
        {
            int count = PrepareRows<TVec>(
                Math.Min(Span, tokens - first), rows, ref Unsafe.Add(ref q, first * qRow), qRow, ref Unsafe.Add(ref k, first * kRow), kRow, ref Unsafe.Add(ref g, first * gRow), gRow,
                ref query, ref read, ref write, row, ref begin, ref end);
            Run<TVec>(
                count, rows, cols, ref query, ref read, ref write, row, ref Unsafe.Add(ref v, first * vRow), vRow, ref Unsafe.Add(ref beta, first),
                ref s, ref Unsafe.Add(ref o, first * oRow), oRow, ref begin, ref end, ref rest);
            first += count;
        }
    }

    /// <summary>Scratch of all three, for a state of <paramref name="rows"/> rows.</summary>
    public static int ScratchFloats(int rows) => checked((((3 * Span) + 3) * Padded(rows)) + (Span * PairFloats));

    /// <summary>Queries and retrieving keys decayed, written keys raised by one gate a token; gives the tokens of the span.</summary>
    [MethodImpl(Jit.Kernel)]
    private static int PrepareTokens<TVec>(
        int tokens, int rows, ref float q, nint qRow, ref float k, nint kRow, ref float g, ref float query, ref float read, ref float write, nint row, ref float begin, ref float end)
        where TVec : struct, ISimd<TVec>
    {
        int count = Spans.OfTokens<TVec>(tokens, ref g, ref read, ref query, out float first);
        Fill<TVec>(ref begin, row, first);
        Fill<TVec>(ref end, row, Unsafe.Add(ref query, count - 1));

        // From the last token up, so that what is still needed of the decays is not written over.
        for (int t = count - 1; t >= 0; t--)
        {
            float decay = Unsafe.Add(ref query, t);
            TVec fall = TVec.Create(decay);
            TVec rise = TVec.Create(1 / decay);
            for (int c = 0; c < rows; c += TVec.Count)
            {
                TVec key = TVec.Load(in k, (t * kRow) + c, rows - c);
                TVec.Store(key * fall, ref read, (t * row) + c);
                TVec.Store(key * rise, ref write, (t * row) + c);
                TVec.Store(TVec.Load(in q, (t * qRow) + c, rows - c) * fall, ref query, (t * row) + c);
            }
        }

        return count;
    }

    /// <summary>Queries and retrieving keys decayed, written keys raised row by row of the state; gives the tokens of the span.</summary>
    [MethodImpl(Jit.Kernel)]
    private static int PrepareRows<TVec>(
        int tokens, int rows, ref float q, nint qRow, ref float k, nint kRow, ref float g, nint gRow, ref float query, ref float read, ref float write, nint row, ref float begin, ref float end)
        where TVec : struct, ISimd<TVec>
    {
        // The decays since the first token, for a moment where the queries will lie.
        int count = Spans.OfRows<TVec>(tokens, rows, ref g, gRow, ref query, row, ref begin, ref end);
        for (int t = 0; t < count; t++)
        {
            for (int c = 0; c < rows; c += TVec.Count)
            {
                TVec reach = TVec.Load(in query, (t * row) + c);
                TVec key = TVec.Load(in k, (t * kRow) + c, rows - c);
                TVec.Store(key * reach, ref read, (t * row) + c);
                TVec.Store(key / reach, ref write, (t * row) + c);
                TVec.Store(TVec.Load(in q, (t * qRow) + c, rows - c) * reach, ref query, (t * row) + c);
            }
        }

        return count;
    }

    /// <summary>A span: as many tokens at a time as the registers have room for, those that are left one by one.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void Run<TVec>(
        int tokens, int rows, int cols, ref float query, ref float read, ref float write, nint row, ref float v, nint vRow, ref float beta, ref float s, ref float o, nint oRow, ref float begin, ref float end, ref float pairs)
        where TVec : struct, ISimd<TVec>
    {
        int together = Products.HasManyRegisters<TVec>() ? 4 : 2;
        int blocked = tokens / together * together;
        if (blocked > 0)
        {
            for (int t = 0; t < blocked; t += together)
            {
                Pairs<TVec>(together, rows, ref Unsafe.Add(ref query, t * row), ref Unsafe.Add(ref read, t * row), ref Unsafe.Add(ref write, t * row), row, ref Unsafe.Add(ref beta, t), ref Unsafe.Add(ref pairs, t * (1 + together)));
            }

            if (blocked == tokens)
            {
                Parts<TVec>(together, tokens, rows, cols, ref query, ref read, ref write, row, ref pairs, ref v, vRow, ref s, ref o, oRow, ref begin, ref end);
                return;
            }

            ref float unchanged = ref Unsafe.Add(ref end, row);
            Fill<TVec>(ref unchanged, row, 1);
            Parts<TVec>(together, blocked, rows, cols, ref query, ref read, ref write, row, ref pairs, ref v, vRow, ref s, ref o, oRow, ref begin, ref unchanged);
            begin = ref unchanged;
            tokens -= blocked;
            query = ref Unsafe.Add(ref query, blocked * row);
            read = ref Unsafe.Add(ref read, blocked * row);
            write = ref Unsafe.Add(ref write, blocked * row);
            beta = ref Unsafe.Add(ref beta, blocked);
            v = ref Unsafe.Add(ref v, blocked * vRow);
            o = ref Unsafe.Add(ref o, blocked * oRow);
        }

        for (int t = 0; t < tokens; t++)
        {
            Pairs<TVec>(1, rows, ref Unsafe.Add(ref query, t * row), ref Unsafe.Add(ref read, t * row), ref Unsafe.Add(ref write, t * row), row, ref Unsafe.Add(ref beta, t), ref Unsafe.Add(ref pairs, 2 * t));
        }

        Parts<TVec>(1, tokens, rows, cols, ref query, ref read, ref write, row, ref pairs, ref v, vRow, ref s, ref o, oRow, ref begin, ref end);
    }

    /// <summary>
    /// What tokens that are taken at once have to do with each other: β_t, then −β_t k_t·k_s for s before t, then q_t·k_s for s up to t.
    /// </summary>
    [MethodImpl(Jit.Kernel)]
    private static void Pairs<TVec>(int tokens, int rows, ref float query, ref float read, ref float write, nint row, ref float beta, ref float pairs)
        where TVec : struct, ISimd<TVec>
    {
        nint corrected = tokens;
        nint reading = tokens + (tokens * (tokens - 1) / 2);
        for (int t = 0; t < tokens; t++)
        {
            float strength = Unsafe.Add(ref beta, t);
            Unsafe.Add(ref pairs, t) = strength;
            ref float q = ref Unsafe.Add(ref query, t * row);
            ref float r = ref Unsafe.Add(ref read, t * row);
            for (int u = 0; u <= t; u++)
            {
                ref float w = ref Unsafe.Add(ref write, u * row);
                TVec retrieved = default;
                TVec answered = default;
                for (int c = 0; c < rows; c += TVec.Count)
                {
                    TVec key = TVec.Load(in w, c);
                    retrieved = TVec.MultiplyAdd(TVec.Load(in r, c), key, retrieved);
                    answered = TVec.MultiplyAdd(TVec.Load(in q, c), key, answered);
                }

                Unsafe.Add(ref pairs, reading++) = TVec.Sum(answered);
                if (u < t)
                {
                    Unsafe.Add(ref pairs, corrected++) = -strength * TVec.Sum(retrieved);
                }
            }
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void Parts<TVec>(
        int together, int tokens, int rows, int cols, ref float query, ref float read, ref float write, nint row, ref float pairs, ref float v, nint vRow, ref float s, ref float o, nint oRow, ref float begin, ref float end)
        where TVec : struct, ISimd<TVec>
    {
        int width = 2 * TVec.Count;
        for (int j = 0; j < cols; j += width)
        {
            ref float vPanel = ref Unsafe.Add(ref v, j);
            ref float oPanel = ref Unsafe.Add(ref o, j);
            ref float sPanel = ref Unsafe.Add(ref s, j);
            int columns = cols - j;
            if (columns >= width)
            {
                Panel<TVec, AllColumns<TVec>>(together, tokens, rows, ref query, ref read, ref write, row, ref pairs, ref vPanel, vRow, ref oPanel, oRow, ref sPanel, cols, ref begin, ref end, TVec.Count, isWide: true);
            }
            else if (columns > TVec.Count)
            {
                Panel<TVec, FirstColumns<TVec>>(together, tokens, rows, ref query, ref read, ref write, row, ref pairs, ref vPanel, vRow, ref oPanel, oRow, ref sPanel, cols, ref begin, ref end, columns - TVec.Count, isWide: true);
            }
            else if (columns == TVec.Count)
            {
                Panel<TVec, AllColumns<TVec>>(together, tokens, rows, ref query, ref read, ref write, row, ref pairs, ref vPanel, vRow, ref oPanel, oRow, ref sPanel, cols, ref begin, ref end, columns, isWide: false);
            }
            else
            {
                Panel<TVec, FirstColumns<TVec>>(together, tokens, rows, ref query, ref read, ref write, row, ref pairs, ref vPanel, vRow, ref oPanel, oRow, ref sPanel, cols, ref begin, ref end, columns, isWide: false);
            }
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void Panel<TVec, TLast>(
        int together, int tokens, int rows, ref float query, ref float read, ref float write, nint row, ref float pairs, ref float v, nint vRow, ref float o, nint oRow, ref float s, nint sRow, ref float begin, ref float end, int count, bool isWide)
        where TVec : struct, ISimd<TVec>
        where TLast : struct, IColumns<TVec>
    {
        switch (together)
        {
            case 4 when isWide:
                DeltaPart4.Wide<TVec, TLast>(tokens, rows, ref query, ref read, ref write, row, ref pairs, ref v, vRow, ref o, oRow, ref s, sRow, ref begin, ref end, count);
                break;
            case 4:
                DeltaPart4.Narrow<TVec, TLast>(tokens, rows, ref query, ref read, ref write, row, ref pairs, ref v, vRow, ref o, oRow, ref s, sRow, ref begin, ref end, count);
                break;
            case 2 when isWide:
                DeltaPart2.Wide<TVec, TLast>(tokens, rows, ref query, ref read, ref write, row, ref pairs, ref v, vRow, ref o, oRow, ref s, sRow, ref begin, ref end, count);
                break;
            case 2:
                DeltaPart2.Narrow<TVec, TLast>(tokens, rows, ref query, ref read, ref write, row, ref pairs, ref v, vRow, ref o, oRow, ref s, sRow, ref begin, ref end, count);
                break;
            default:
                if (isWide) DeltaPart1.Wide<TVec, TLast>(tokens, rows, ref query, ref read, ref write, row, ref pairs, ref v, vRow, ref o, oRow, ref s, sRow, ref begin, ref end, count);
                else DeltaPart1.Narrow<TVec, TLast>(tokens, rows, ref query, ref read, ref write, row, ref pairs, ref v, vRow, ref o, oRow, ref s, sRow, ref begin, ref end, count);
                break;
        }
    }

    /// <summary>Rows one behind the other, with zeros up to whole vectors.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void Pack<TVec>(int count, int cols, ref float from, nint fromRow, ref float to, nint row)
        where TVec : struct, ISimd<TVec>
    {
        for (int i = 0; i < count; i++)
        {
            for (int c = 0; c < cols; c += TVec.Count)
            {
                TVec.Store(TVec.Load(in from, (i * fromRow) + c, cols - c), ref to, (i * row) + c);
            }
        }
    }

    private static int Padded(int floats) => (floats + 15) & ~15;

    [MethodImpl(Jit.Kernel)]
    private static void Fill<TVec>(ref float target, nint count, float value)
        where TVec : struct, ISimd<TVec>
    {
        for (nint j = 0; j < count; j += TVec.Count)
        {
            TVec.Store(TVec.Create(value), ref target, j);
        }
    }
}
