using System;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>A matrix state taken over the tokens of a block, a part of it in registers from the first token to the last.</summary>
/// <remarks>
/// A decay would cost a third product a cell and token. It is deferred: relative to a reference, queries decay and keys rise (k / decay),
/// and the state takes what has decayed in between once, at the end of a span of tokens. A span ends before that could overflow or lose a
/// digit (<see cref="Spans"/>); its first token's decay is taken into the state as it is loaded, so that a span of one token is always right.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class States
{
    private const int Span = Spans.Most;

    /// <summary>Rows this far apart share cache sets.</summary>
    private const int AliasBytes = 4096;

    /// <summary>S ← S + k_t v_tᵀ and o_t = Sᵀq_t for one token after the other.</summary>
    /// <param name="tokens">Tokens.</param>
    /// <param name="rows">Rows of S, columns of q and k.</param>
    /// <param name="cols">Columns of S, v and o.</param>
    /// <param name="q">Queries [tokens,rows].</param>
    /// <param name="qRow">Row stride of the queries.</param>
    /// <param name="k">Keys [tokens,rows].</param>
    /// <param name="kRow">Row stride of the keys.</param>
    /// <param name="v">Values [tokens,cols].</param>
    /// <param name="vRow">Row stride of the values.</param>
    /// <param name="s">State [rows,cols], rows one behind the other.</param>
    /// <param name="o">Outputs [tokens,cols].</param>
    /// <param name="oRow">Row stride of the outputs.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/> floats.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Advance<TVec>(
        int tokens, int rows, int cols, ref float q, nint qRow, ref float k, nint kRow, ref float v, nint vRow, ref float s, ref float o, nint oRow, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        nint row = Padded(rows);
        Fill<TVec>(ref scratch, row, 1);
        if (tokens == 1)
        {
            StateStep.Run<TVec>(rows, cols, ref q, ref k, ref v, ref scratch, ref s, ref o);
            return;
        }

        for (int first = 0; first < tokens; first += Span)
        {
            int count = Math.Min(Span, tokens - first);
            Run<TVec>(
                count, rows, cols, ref Unsafe.Add(ref q, first * qRow), qRow, ref Unsafe.Add(ref k, first * kRow), kRow, ref Unsafe.Add(ref v, first * vRow), vRow,
                ref s, ref Unsafe.Add(ref o, first * oRow), oRow, ref scratch, ref scratch, ref Unsafe.Add(ref scratch, row));
        }
    }

    /// <summary>The same with S ← e^{g_t} S before each token's write.</summary>
    /// <param name="tokens">Tokens.</param>
    /// <param name="rows">Rows of S, columns of q and k.</param>
    /// <param name="cols">Columns of S, v and o.</param>
    /// <param name="q">Queries [tokens,rows].</param>
    /// <param name="qRow">Row stride of the queries.</param>
    /// <param name="k">Keys [tokens,rows].</param>
    /// <param name="kRow">Row stride of the keys.</param>
    /// <param name="v">Values [tokens,cols].</param>
    /// <param name="vRow">Row stride of the values.</param>
    /// <param name="g">Log-decays, ≤ 0: [tokens], one behind the other.</param>
    /// <param name="s">State [rows,cols], rows one behind the other.</param>
    /// <param name="o">Outputs [tokens,cols].</param>
    /// <param name="oRow">Row stride of the outputs.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/> floats.</param>
    [MethodImpl(Jit.Kernel)]
    public static void AdvanceDecayed<TVec>(
        int tokens, int rows, int cols, ref float q, nint qRow, ref float k, nint kRow, ref float v, nint vRow, ref float g, ref float s, ref float o, nint oRow, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        nint row = Padded(rows);
        ref float begin = ref scratch;
        ref float end = ref Unsafe.Add(ref begin, row);
        ref float query = ref Unsafe.Add(ref end, row);
        ref float key = ref Unsafe.Add(ref query, Span * row);
        ref float rest = ref Unsafe.Add(ref key, Span * row);
        if (tokens == 1)
        {
            TVec decay = TVec.Exp(TVec.Splat(in g, 0));
            for (int c = 0; c < rows; c += TVec.Count)
            {
                TVec.Store(decay, ref begin, c);
            }

            StateStep.Run<TVec>(rows, cols, ref q, ref k, ref v, ref begin, ref s, ref o);
            return;
        }

        for (int first = 0; first < tokens;)
        {
            ref float qSpan = ref Unsafe.Add(ref q, first * qRow);
            ref float kSpan = ref Unsafe.Add(ref k, first * kRow);
            int count = PrepareTokens<TVec>(Math.Min(Span, tokens - first), rows, ref qSpan, qRow, ref kSpan, kRow, ref Unsafe.Add(ref g, first), ref query, ref key, row, ref begin, ref end);
            Run<TVec>(
                count, rows, cols, ref query, row, ref key, row, ref Unsafe.Add(ref v, first * vRow), vRow,
                ref s, ref Unsafe.Add(ref o, first * oRow), oRow, ref begin, ref end, ref rest);
            first += count;
        }
    }

    /// <summary>The same with S ← diag(e^{g_t}) S before each token's write.</summary>
    /// <param name="tokens">Tokens.</param>
    /// <param name="rows">Rows of S, columns of q and k.</param>
    /// <param name="cols">Columns of S, v and o.</param>
    /// <param name="q">Queries [tokens,rows].</param>
    /// <param name="qRow">Row stride of the queries.</param>
    /// <param name="k">Keys [tokens,rows].</param>
    /// <param name="kRow">Row stride of the keys.</param>
    /// <param name="v">Values [tokens,cols].</param>
    /// <param name="vRow">Row stride of the values.</param>
    /// <param name="g">Log-decays, ≤ 0: [tokens,rows].</param>
    /// <param name="gRow">Row stride of the log-decays.</param>
    /// <param name="s">State [rows,cols], rows one behind the other.</param>
    /// <param name="o">Outputs [tokens,cols].</param>
    /// <param name="oRow">Row stride of the outputs.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/> floats.</param>
    [MethodImpl(Jit.Kernel)]
    public static void AdvanceRowsDecayed<TVec>(
        int tokens, int rows, int cols, ref float q, nint qRow, ref float k, nint kRow, ref float v, nint vRow, ref float g, nint gRow, ref float s, ref float o, nint oRow, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        nint row = Padded(rows);
        ref float begin = ref scratch;
        ref float end = ref Unsafe.Add(ref begin, row);
        ref float query = ref Unsafe.Add(ref end, row);
        ref float key = ref Unsafe.Add(ref query, Span * row);
        ref float rest = ref Unsafe.Add(ref key, Span * row);
        if (tokens == 1)
        {
            for (int c = 0; c < rows; c += TVec.Count)
            {
                TVec.Store(TVec.Exp(TVec.Load(in g, c, rows - c)), ref begin, c);
            }

            StateStep.Run<TVec>(rows, cols, ref q, ref k, ref v, ref begin, ref s, ref o);
            return;
        }

        for (int first = 0; first < tokens;)
        {
            ref float qSpan = ref Unsafe.Add(ref q, first * qRow);
            ref float kSpan = ref Unsafe.Add(ref k, first * kRow);
            int count = PrepareRows<TVec>(Math.Min(Span, tokens - first), rows, ref qSpan, qRow, ref kSpan, kRow, ref Unsafe.Add(ref g, first * gRow), gRow, ref query, ref key, row, ref begin, ref end);
            Run<TVec>(
                count, rows, cols, ref query, row, ref key, row, ref Unsafe.Add(ref v, first * vRow), vRow,
                ref s, ref Unsafe.Add(ref o, first * oRow), oRow, ref begin, ref end, ref rest);
            first += count;
        }
    }

    /// <summary>Scratch of <see cref="AdvanceDecayed"/>, and more than that of <see cref="Advance{TVec}"/>.</summary>
    public static int ScratchFloats(int rows, int cols) => checked((((2 * Span) + 2) * Padded(rows)) + (2 * Span * Padded(cols)));

    /// <summary>Queries decayed and keys raised by one gate a token; gives the tokens of the span.</summary>
    [MethodImpl(Jit.Kernel)]
    private static int PrepareTokens<TVec>(
        int tokens, int rows, ref float q, nint qRow, ref float k, nint kRow, ref float g, ref float query, ref float key, nint row, ref float begin, ref float end)
        where TVec : struct, ISimd<TVec>
    {
        int count = Spans.OfTokens<TVec>(tokens, ref g, ref key, ref query, out float first);
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
                TVec.Store(TVec.Load(in k, (t * kRow) + c, rows - c) * rise, ref key, (t * row) + c);
                TVec.Store(TVec.Load(in q, (t * qRow) + c, rows - c) * fall, ref query, (t * row) + c);
            }
        }

        return count;
    }

    /// <summary>Queries decayed and keys raised row by row of the state; gives the tokens of the span.</summary>
    [MethodImpl(Jit.Kernel)]
    private static int PrepareRows<TVec>(
        int tokens, int rows, ref float q, nint qRow, ref float k, nint kRow, ref float g, nint gRow, ref float query, ref float key, nint row, ref float begin, ref float end)
        where TVec : struct, ISimd<TVec>
    {
        // The decays since the first token, for a moment where the queries will lie.
        int count = Spans.OfRows<TVec>(tokens, rows, ref g, gRow, ref query, row, ref begin, ref end);
        for (int t = 0; t < count; t++)
        {
            for (int c = 0; c < rows; c += TVec.Count)
            {
                TVec reach = TVec.Load(in query, (t * row) + c);
                TVec.Store(TVec.Load(in k, (t * kRow) + c, rows - c) / reach, ref key, (t * row) + c);
                TVec.Store(TVec.Load(in q, (t * qRow) + c, rows - c) * reach, ref query, (t * row) + c);
            }
        }

        return count;
    }

    /// <summary>A span: every part of the state over all its tokens.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void Run<TVec>(
        int tokens, int rows, int cols, ref float q, nint qRow, ref float k, nint kRow, ref float v, nint vRow, ref float s, ref float o, nint oRow, ref float begin, ref float end, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        if (tokens > 4 && vRow * sizeof(float) % AliasBytes == 0)
        {
            nint row = Padded(cols);
            ref float outputs = ref Unsafe.Add(ref scratch, Span * row);
            Tiles.Copy<TVec>(tokens, cols, ref v, vRow, ref scratch, row);
            Parts<TVec>(tokens, rows, cols, ref q, qRow, ref k, kRow, ref scratch, row, ref s, ref outputs, row, ref begin, ref end);
            Tiles.Copy<TVec>(tokens, cols, ref outputs, row, ref o, oRow);
            return;
        }

        Parts<TVec>(tokens, rows, cols, ref q, qRow, ref k, kRow, ref v, vRow, ref s, ref o, oRow, ref begin, ref end);
    }

    [MethodImpl(Jit.Kernel)]
    private static void Parts<TVec>(
        int tokens, int rows, int cols, ref float q, nint qRow, ref float k, nint kRow, ref float v, nint vRow, ref float s, ref float o, nint oRow, ref float begin, ref float end)
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
                Panel<TVec, AllColumns<TVec>>(tokens, rows, ref q, qRow, ref k, kRow, ref vPanel, vRow, ref sPanel, cols, ref oPanel, oRow, ref begin, ref end, TVec.Count, isWide: true);
            }
            else if (columns > TVec.Count)
            {
                Panel<TVec, FirstColumns<TVec>>(tokens, rows, ref q, qRow, ref k, kRow, ref vPanel, vRow, ref sPanel, cols, ref oPanel, oRow, ref begin, ref end, columns - TVec.Count, isWide: true);
            }
            else if (columns == TVec.Count)
            {
                Panel<TVec, AllColumns<TVec>>(tokens, rows, ref q, qRow, ref k, kRow, ref vPanel, vRow, ref sPanel, cols, ref oPanel, oRow, ref begin, ref end, columns, isWide: false);
            }
            else
            {
                Panel<TVec, FirstColumns<TVec>>(tokens, rows, ref q, qRow, ref k, kRow, ref vPanel, vRow, ref sPanel, cols, ref oPanel, oRow, ref begin, ref end, columns, isWide: false);
            }
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void Panel<TVec, TLast>(
        int tokens, int rows, ref float q, nint qRow, ref float k, nint kRow, ref float v, nint vRow, ref float s, nint sRow, ref float o, nint oRow, ref float begin, ref float end, int count, bool isWide)
        where TVec : struct, ISimd<TVec>
        where TLast : struct, IColumns<TVec>
    {
        for (int i = 0; i < rows;)
        {
            ref float qPart = ref Unsafe.Add(ref q, i);
            ref float kPart = ref Unsafe.Add(ref k, i);
            ref float sPart = ref Unsafe.Add(ref s, i * sRow);
            ref float beginPart = ref Unsafe.Add(ref begin, i);
            ref float endPart = ref Unsafe.Add(ref end, i);
            bool adds = i > 0;
            if (rows - i >= 8 && Products.HasManyRegisters<TVec>())
            {
                if (isWide) StatePart8.Wide<TVec, TLast>(tokens, ref qPart, qRow, ref kPart, kRow, ref v, vRow, ref o, oRow, ref sPart, sRow, ref beginPart, ref endPart, count, adds);
                else StatePart8.Narrow<TVec, TLast>(tokens, ref qPart, qRow, ref kPart, kRow, ref v, vRow, ref o, oRow, ref sPart, sRow, ref beginPart, ref endPart, count, adds);
                i += 8;
            }
            else if (rows - i >= 4)
            {
                if (isWide) StatePart4.Wide<TVec, TLast>(tokens, ref qPart, qRow, ref kPart, kRow, ref v, vRow, ref o, oRow, ref sPart, sRow, ref beginPart, ref endPart, count, adds);
                else StatePart4.Narrow<TVec, TLast>(tokens, ref qPart, qRow, ref kPart, kRow, ref v, vRow, ref o, oRow, ref sPart, sRow, ref beginPart, ref endPart, count, adds);
                i += 4;
            }
            else
            {
                if (isWide) StatePart1.Wide<TVec, TLast>(tokens, ref qPart, qRow, ref kPart, kRow, ref v, vRow, ref o, oRow, ref sPart, sRow, ref beginPart, ref endPart, count, adds);
                else StatePart1.Narrow<TVec, TLast>(tokens, ref qPart, qRow, ref kPart, kRow, ref v, vRow, ref o, oRow, ref sPart, sRow, ref beginPart, ref endPart, count, adds);
                i++;
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
