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
    /// <summary>What a token has to do with itself and those beside it, at most four, of which it comes third on average: 3 + 4 floats.</summary>
    private const int PairFloats = 7;

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
    /// <param name="ahead">Rows that will be needed next.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Advance<TVec>(
        int tokens, int rows, int cols, ref float q, nint qRow, ref float k, nint kRow, ref float v, nint vRow, ref float beta, ref float s, ref float o, nint oRow, ref float scratch, ref Ahead ahead)
        where TVec : struct, ISimd<TVec>
    {
        Span span = new(rows, ref scratch);
        Fill<TVec>(ref span.Begin, span.Row, 1);
        if (tokens == 1)
        {
            DeltaStep.Run<TVec>(rows, cols, ref q, ref k, ref v, beta, ref span.Begin, ref s, ref o, ref span.Query);
            return;
        }

        Fill<TVec>(ref span.End, span.Row, 1);
        for (int first = 0; first < tokens; first += Spans.Most)
        {
            int count = Math.Min(Spans.Most, tokens - first);
            Pack<TVec>(count, rows, ref Unsafe.Add(ref q, first * qRow), qRow, ref span.Query, span.Row);
            Pack<TVec>(count, rows, ref Unsafe.Add(ref k, first * kRow), kRow, ref span.Write, span.Row);
            Run<TVec>(
                count, rows, cols, span, ref span.Write, isScaled: false, ref Unsafe.Add(ref v, first * vRow), vRow, ref Unsafe.Add(ref beta, first), ref s, ref Unsafe.Add(ref o, first * oRow), oRow, ref ahead);
        }

        ahead.Finish();
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
    /// <param name="ahead">Rows that will be needed next.</param>
    [MethodImpl(Jit.Kernel)]
    public static void AdvanceDecayed<TVec>(
        int tokens, int rows, int cols, ref float q, nint qRow, ref float k, nint kRow, ref float v, nint vRow, ref float beta, ref float g, ref float s, ref float o, nint oRow, ref float scratch, ref Ahead ahead)
        where TVec : struct, ISimd<TVec>
    {
        Span span = new(rows, ref scratch);
        if (tokens == 1)
        {
            TVec decay = TVec.Exp(TVec.Splat(in g, 0));
            for (int c = 0; c < rows; c += TVec.Count)
            {
                TVec.Store(decay, ref span.Begin, c);
            }

            DeltaStep.Run<TVec>(rows, cols, ref q, ref k, ref v, beta, ref span.Begin, ref s, ref o, ref span.Query);
            return;
        }

        for (int first = 0; first < tokens;)
        {
            // One gate for all rows of the state: values may rise in the place of written keys, and outputs fall in that of queries.
            int count = Spans.OfTokens<TVec>(Math.Min(Spans.Most, tokens - first), ref Unsafe.Add(ref g, first), ref span.Pairs, ref span.Fall, out float own);
            Fill<TVec>(ref span.Begin, span.Row, own);
            Fill<TVec>(ref span.End, span.Row, Unsafe.Add(ref span.Fall, count - 1));
            Pack<TVec>(count, rows, ref Unsafe.Add(ref q, first * qRow), qRow, ref span.Query, span.Row);
            Pack<TVec>(count, rows, ref Unsafe.Add(ref k, first * kRow), kRow, ref span.Write, span.Row);
            Run<TVec>(
                count, rows, cols, span, ref span.Write, isScaled: true, ref Unsafe.Add(ref v, first * vRow), vRow, ref Unsafe.Add(ref beta, first), ref s, ref Unsafe.Add(ref o, first * oRow), oRow, ref ahead);
            first += count;
        }

        ahead.Finish();
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
    /// <param name="ahead">Rows that will be needed next.</param>
    [MethodImpl(Jit.Kernel)]
    public static void AdvanceRowsDecayed<TVec>(
        int tokens, int rows, int cols, ref float q, nint qRow, ref float k, nint kRow, ref float v, nint vRow, ref float beta, ref float g, nint gRow, ref float s, ref float o, nint oRow, ref float scratch, ref Ahead ahead)
        where TVec : struct, ISimd<TVec>
    {
        Span span = new(rows, ref scratch);
        if (tokens == 1)
        {
            for (int c = 0; c < rows; c += TVec.Count)
            {
                TVec.Store(TVec.Exp(TVec.Load(in g, c, rows - c)), ref span.Begin, c);
            }

            DeltaStep.Run<TVec>(rows, cols, ref q, ref k, ref v, beta, ref span.Begin, ref s, ref o, ref span.Query);
            return;
        }

        for (int first = 0; first < tokens;)
        {
            // The decays since the first token, for a moment where the queries will lie.
            int count = Spans.OfRows<TVec>(
                Math.Min(Spans.Most, tokens - first), rows, ref Unsafe.Add(ref g, first * gRow), gRow, ref span.Query, span.Row, ref span.Begin, ref span.End);
            Prepare<TVec>(
                count, rows, ref Unsafe.Add(ref q, first * qRow), qRow, ref Unsafe.Add(ref k, first * kRow), kRow, ref span.Query, ref span.Read, ref span.Write, span.Row);
            Run<TVec>(
                count, rows, cols, span, ref span.Read, isScaled: false, ref Unsafe.Add(ref v, first * vRow), vRow, ref Unsafe.Add(ref beta, first), ref s, ref Unsafe.Add(ref o, first * oRow), oRow, ref ahead);
            first += count;
        }

        ahead.Finish();
    }

    /// <summary>Scratch of all three, for a state of <paramref name="rows"/> rows.</summary>
    public static int ScratchFloats(int rows) => checked((((3 * Spans.Most) + 3) * Padded(rows)) + (Spans.Most * (1 + PairFloats)));

    /// <summary>Queries and retrieving keys decayed, written keys raised row by row of the state.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void Prepare<TVec>(int tokens, int rows, ref float q, nint qRow, ref float k, nint kRow, ref float query, ref float read, ref float write, nint row)
        where TVec : struct, ISimd<TVec>
    {
        for (int t = 0; t < tokens; t++)
        {
            for (int c = 0; c < rows; c += TVec.Count)
            {
                TVec reach = TVec.Load(in query, c);
                TVec key = TVec.Load(in k, c, rows - c);
                TVec.Store(key * reach, ref read, c);
                TVec.Store(key * TVec.Reciprocal(reach), ref write, c);
                TVec.Store(TVec.Load(in q, c, rows - c) * reach, ref query, c);
            }

            q = ref Unsafe.Add(ref q, qRow);
            k = ref Unsafe.Add(ref k, kRow);
            query = ref Unsafe.Add(ref query, row);
            read = ref Unsafe.Add(ref read, row);
            write = ref Unsafe.Add(ref write, row);
        }
    }

    /// <summary>A span: as many tokens at a time as the registers have room for, those that are left one by one.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void Run<TVec>(
        int tokens, int rows, int cols, in Span span, ref float read, bool isScaled, ref float v, nint vRow, ref float beta, ref float s, ref float o, nint oRow, ref Ahead ahead)
        where TVec : struct, ISimd<TVec>
    {
        int together = Products.HasManyRegisters<TVec>() ? 4 : 2;
        int blocked = tokens / together * together;
        if (blocked == tokens)
        {
            Parts<TVec>(together, 0, tokens, rows, cols, span, ref read, isScaled, ref v, vRow, ref beta, ref s, ref o, oRow, ref span.Begin, ref span.End, ref ahead);
            return;
        }

        if (blocked == 0)
        {
            Parts<TVec>(1, 0, tokens, rows, cols, span, ref read, isScaled, ref v, vRow, ref beta, ref s, ref o, oRow, ref span.Begin, ref span.End, ref ahead);
            return;
        }

        Fill<TVec>(ref span.Unchanged, span.Row, 1);
        Parts<TVec>(together, 0, blocked, rows, cols, span, ref read, isScaled, ref v, vRow, ref beta, ref s, ref o, oRow, ref span.Begin, ref span.Unchanged, ref ahead);
        Parts<TVec>(1, blocked, tokens - blocked, rows, cols, span, ref read, isScaled, ref v, vRow, ref beta, ref s, ref o, oRow, ref span.Unchanged, ref span.End, ref ahead);
    }

    /// <summary>
    /// What tokens that are taken at once have to do with each other. For each: β_t, what its value rises and its output falls by, then
    /// −β_t k_t·k_s for s before t, then q_t·k_s for s up to t.
    /// </summary>
    [MethodImpl(Jit.Kernel)]
    private static void Pairs<TVec>(int tokens, int rows, ref float query, ref float read, ref float write, nint row, ref float beta, ref float fall, bool isScaled, ref float pairs)
        where TVec : struct, ISimd<TVec>
    {
        for (int t = 0; t < tokens; t++)
        {
            float strength = Unsafe.Add(ref beta, t);
            float scale = isScaled ? Unsafe.Add(ref fall, t) : 1;
            pairs = strength;
            Unsafe.Add(ref pairs, 1) = 1 / scale;
            Unsafe.Add(ref pairs, 2) = scale;
            pairs = ref Unsafe.Add(ref pairs, 3);
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

                Unsafe.Add(ref pairs, t + u) = TVec.Sum(answered);
                if (u < t)
                {
                    Unsafe.Add(ref pairs, u) = -strength * TVec.Sum(retrieved);
                }
            }

            pairs = ref Unsafe.Add(ref pairs, t + t + 1);
        }
    }

    /// <summary>Tokens of a span, whole passes of them: every panel of the state over all of them.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void Parts<TVec>(
        int together, int first, int tokens, int rows, int cols, in Span span, ref float read, bool isScaled, ref float v, nint vRow, ref float beta, ref float s, ref float o, nint oRow, ref float begin, ref float end, ref Ahead ahead)
        where TVec : struct, ISimd<TVec>
    {
        ref float query = ref Unsafe.Add(ref span.Query, first * span.Row);
        ref float write = ref Unsafe.Add(ref span.Write, first * span.Row);
        read = ref Unsafe.Add(ref read, first * span.Row);
        v = ref Unsafe.Add(ref v, first * vRow);
        o = ref Unsafe.Add(ref o, first * oRow);
        for (int t = 0; t < tokens; t += together)
        {
            Pairs<TVec>(
                together, rows, ref Unsafe.Add(ref query, t * span.Row), ref Unsafe.Add(ref read, t * span.Row), ref Unsafe.Add(ref write, t * span.Row), span.Row, ref Unsafe.Add(ref beta, first + t), ref Unsafe.Add(ref span.Fall, first + t), isScaled,
                ref Unsafe.Add(ref span.Pairs, t * (3 + together)));
        }

        int width = 2 * TVec.Count;
        for (int j = 0; j < cols; j += width)
        {
            ref float vPanel = ref Unsafe.Add(ref v, j);
            ref float oPanel = ref Unsafe.Add(ref o, j);
            ref float sPanel = ref Unsafe.Add(ref s, j);
            int columns = cols - j;
            if (columns >= width)
            {
                Panel<TVec, TwoVectors<TVec, AllColumns<TVec>>>(together, tokens, rows, ref query, ref read, ref write, span.Row, ref span.Pairs, ref vPanel, vRow, ref oPanel, oRow, ref sPanel, cols, ref begin, ref end, TVec.Count, ref ahead);
            }
            else if (columns > TVec.Count)
            {
                Panel<TVec, TwoVectors<TVec, FirstColumns<TVec>>>(together, tokens, rows, ref query, ref read, ref write, span.Row, ref span.Pairs, ref vPanel, vRow, ref oPanel, oRow, ref sPanel, cols, ref begin, ref end, columns - TVec.Count, ref ahead);
            }
            else if (columns == TVec.Count)
            {
                Panel<TVec, OneVector<TVec, AllColumns<TVec>>>(together, tokens, rows, ref query, ref read, ref write, span.Row, ref span.Pairs, ref vPanel, vRow, ref oPanel, oRow, ref sPanel, cols, ref begin, ref end, columns, ref ahead);
            }
            else
            {
                Panel<TVec, OneVector<TVec, FirstColumns<TVec>>>(together, tokens, rows, ref query, ref read, ref write, span.Row, ref span.Pairs, ref vPanel, vRow, ref oPanel, oRow, ref sPanel, cols, ref begin, ref end, columns, ref ahead);
            }
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void Panel<TVec, TPanel>(
        int together, int tokens, int rows, ref float query, ref float read, ref float write, nint row, ref float pairs, ref float v, nint vRow, ref float o, nint oRow, ref float s, nint sRow, ref float begin, ref float end, int count, ref Ahead ahead)
        where TVec : struct, ISimd<TVec>
        where TPanel : struct, IPanel<TVec>
    {
        if (together == 4) DeltaPart.Run<TVec, TPanel, Four>(tokens, rows, ref query, ref read, ref write, row, ref pairs, ref v, vRow, ref o, oRow, ref s, sRow, ref begin, ref end, count, ref ahead);
        else if (together == 2) DeltaPart.Run<TVec, TPanel, Two>(tokens, rows, ref query, ref read, ref write, row, ref pairs, ref v, vRow, ref o, oRow, ref s, sRow, ref begin, ref end, count, ref ahead);
        else DeltaPart.Run<TVec, TPanel, One>(tokens, rows, ref query, ref read, ref write, row, ref pairs, ref v, vRow, ref o, oRow, ref s, sRow, ref begin, ref end, count, ref ahead);
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

    /// <summary>Where the rows of a span lie, in scratch memory.</summary>
    private readonly ref struct Span
    {
        /// <summary>Row stride of queries and keys.</summary>
        public readonly nint Row;

        /// <summary>What the rows of the state are multiplied with in front of the first token.</summary>
        public readonly ref float Begin;

        /// <summary>The same behind the last.</summary>
        public readonly ref float End;

        /// <summary>The same in between.</summary>
        public readonly ref float Unchanged;

        public readonly ref float Query;

        /// <summary>Keys that retrieve, where they are others than those that are written.</summary>
        public readonly ref float Read;

        public readonly ref float Write;

        public readonly ref float Pairs;

        /// <summary>What outputs are multiplied with.</summary>
        public readonly ref float Fall;

        public Span(int rows, ref float scratch)
        {
            Row = Padded(rows);
            Begin = ref scratch;
            End = ref Unsafe.Add(ref Begin, Row);
            Unchanged = ref Unsafe.Add(ref End, Row);
            Query = ref Unsafe.Add(ref Unchanged, Row);
            Read = ref Unsafe.Add(ref Query, Spans.Most * Row);
            Write = ref Unsafe.Add(ref Read, Spans.Most * Row);
            Pairs = ref Unsafe.Add(ref Write, Spans.Most * Row);
            Fall = ref Unsafe.Add(ref Pairs, Spans.Most * PairFloats);
        }
    }
}
