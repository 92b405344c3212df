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
/// A span's rows are copied one behind the other: as they lie, a kibibyte or two apart, they share cache sets, and vectors that are not
/// aligned are read as two lines by every part of the state.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class States
{
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
    /// <param name="ahead">Rows that will be needed next.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Advance<TVec>(
        int tokens, int rows, int cols, ref float q, nint qRow, ref float k, nint kRow, ref float v, nint vRow, ref float s, ref float o, nint oRow, ref float scratch, ref Ahead ahead)
        where TVec : struct, ISimd<TVec>
    {
        Span span = new(rows, cols, ref scratch);
        Fill<TVec>(ref span.Begin, span.Row, 1);
        if (tokens == 1)
        {
            StateStep.Run<TVec>(rows, cols, ref q, ref k, ref v, ref span.Begin, ref s, ref o);
            return;
        }

        Fill<TVec>(ref span.End, span.Row, 1);
        for (int first = 0; first < tokens; first += Spans.Most)
        {
            int count = Math.Min(Spans.Most, tokens - first);
            Tiles.Copy<TVec>(count, rows, ref Unsafe.Add(ref q, first * qRow), qRow, ref span.Query, span.Row);
            Tiles.Copy<TVec>(count, rows, ref Unsafe.Add(ref k, first * kRow), kRow, ref span.Key, span.Row);
            Tiles.Copy<TVec>(count, cols, ref Unsafe.Add(ref v, first * vRow), vRow, ref span.Value, span.ValueRow);
            Parts<TVec>(count, rows, cols, span, ref s, ref ahead);
            Tiles.Copy<TVec>(count, cols, ref span.Output, span.ValueRow, ref Unsafe.Add(ref o, first * oRow), oRow);
        }

        ahead.Finish();
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
    /// <param name="ahead">Rows that will be needed next.</param>
    [MethodImpl(Jit.Kernel)]
    public static void AdvanceDecayed<TVec>(
        int tokens, int rows, int cols, ref float q, nint qRow, ref float k, nint kRow, ref float v, nint vRow, ref float g, ref float s, ref float o, nint oRow, ref float scratch, ref Ahead ahead)
        where TVec : struct, ISimd<TVec>
    {
        Span span = new(rows, cols, ref scratch);
        if (tokens == 1)
        {
            TVec decay = TVec.Exp(TVec.Splat(in g, 0));
            for (int c = 0; c < rows; c += TVec.Count)
            {
                TVec.Store(decay, ref span.Begin, c);
            }

            StateStep.Run<TVec>(rows, cols, ref q, ref k, ref v, ref span.Begin, ref s, ref o);
            return;
        }

        for (int first = 0; first < tokens;)
        {
            int count = Spans.OfTokens<TVec>(Math.Min(Spans.Most, tokens - first), ref Unsafe.Add(ref g, first), ref span.Rise, ref span.Fall, out float own);
            Fill<TVec>(ref span.Begin, span.Row, own);
            Fill<TVec>(ref span.End, span.Row, Unsafe.Add(ref span.Fall, count - 1));
            for (int t = 0; t < count; t += TVec.Count)
            {
                TVec.Store(TVec.Reciprocal(TVec.Load(in span.Fall, t)), ref span.Rise, t);
            }

            // One gate for all rows of the state: values may rise in the place of keys, and outputs fall in that of queries.
            Tiles.Copy<TVec>(count, rows, ref Unsafe.Add(ref q, first * qRow), qRow, ref span.Query, span.Row);
            Tiles.Copy<TVec>(count, rows, ref Unsafe.Add(ref k, first * kRow), kRow, ref span.Key, span.Row);
            Tiles.ScaleRows<TVec>(count, cols, ref span.Rise, ref Unsafe.Add(ref v, first * vRow), vRow, ref span.Value, span.ValueRow);
            Parts<TVec>(count, rows, cols, span, ref s, ref ahead);
            Tiles.ScaleRows<TVec>(count, cols, ref span.Fall, ref span.Output, span.ValueRow, ref Unsafe.Add(ref o, first * oRow), oRow);
            first += count;
        }

        ahead.Finish();
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
    /// <param name="ahead">Rows that will be needed next.</param>
    [MethodImpl(Jit.Kernel)]
    public static void AdvanceRowsDecayed<TVec>(
        int tokens, int rows, int cols, ref float q, nint qRow, ref float k, nint kRow, ref float v, nint vRow, ref float g, nint gRow, ref float s, ref float o, nint oRow, ref float scratch, ref Ahead ahead)
        where TVec : struct, ISimd<TVec>
    {
        Span span = new(rows, cols, ref scratch);
        if (tokens == 1)
        {
            for (int c = 0; c < rows; c += TVec.Count)
            {
                TVec.Store(TVec.Exp(TVec.Load(in g, c, rows - c)), ref span.Begin, c);
            }

            StateStep.Run<TVec>(rows, cols, ref q, ref k, ref v, ref span.Begin, ref s, ref o);
            return;
        }

        for (int first = 0; first < tokens;)
        {
            // The decays since the first token, for a moment where the queries will lie.
            int count = Spans.OfRows<TVec>(
                Math.Min(Spans.Most, tokens - first), rows, ref Unsafe.Add(ref g, first * gRow), gRow, ref span.Query, span.Row, ref span.Begin, ref span.End);
            Prepare<TVec>(count, rows, ref Unsafe.Add(ref q, first * qRow), qRow, ref Unsafe.Add(ref k, first * kRow), kRow, ref span.Query, ref span.Key, span.Row);
            Tiles.Copy<TVec>(count, cols, ref Unsafe.Add(ref v, first * vRow), vRow, ref span.Value, span.ValueRow);
            Parts<TVec>(count, rows, cols, span, ref s, ref ahead);
            Tiles.Copy<TVec>(count, cols, ref span.Output, span.ValueRow, ref Unsafe.Add(ref o, first * oRow), oRow);
            first += count;
        }

        ahead.Finish();
    }

    /// <summary>Scratch of all three.</summary>
    public static int ScratchFloats(int rows, int cols) => checked((((2 * Spans.Most) + 2) * Padded(rows)) + (2 * Spans.Most * Padded(cols)) + (2 * Spans.Most));

    /// <summary>Queries decayed and keys raised row by row of the state.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void Prepare<TVec>(int tokens, int rows, ref float q, nint qRow, ref float k, nint kRow, ref float query, ref float key, nint row)
        where TVec : struct, ISimd<TVec>
    {
        for (int t = 0; t < tokens; t++)
        {
            for (int c = 0; c < rows; c += TVec.Count)
            {
                TVec reach = TVec.Load(in query, c);
                TVec.Store(TVec.Load(in k, c, rows - c) * TVec.Reciprocal(reach), ref key, c);
                TVec.Store(TVec.Load(in q, c, rows - c) * reach, ref query, c);
            }

            q = ref Unsafe.Add(ref q, qRow);
            k = ref Unsafe.Add(ref k, kRow);
            query = ref Unsafe.Add(ref query, row);
            key = ref Unsafe.Add(ref key, row);
        }
    }

    /// <summary>A span: every part of the state over all its tokens.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void Parts<TVec>(int tokens, int rows, int cols, in Span span, ref float s, ref Ahead ahead)
        where TVec : struct, ISimd<TVec>
    {
        int width = 2 * TVec.Count;
        for (int j = 0; j < cols; j += width)
        {
            int columns = cols - j;
            ref float panel = ref Unsafe.Add(ref s, j);
            if (columns >= width)
            {
                Panel<TVec, TwoVectors<TVec, AllColumns<TVec>>>(tokens, rows, j, span, ref panel, cols, TVec.Count, ref ahead);
            }
            else if (columns > TVec.Count)
            {
                Panel<TVec, TwoVectors<TVec, FirstColumns<TVec>>>(tokens, rows, j, span, ref panel, cols, columns - TVec.Count, ref ahead);
            }
            else if (columns == TVec.Count)
            {
                Panel<TVec, OneVector<TVec, AllColumns<TVec>>>(tokens, rows, j, span, ref panel, cols, columns, ref ahead);
            }
            else
            {
                Panel<TVec, OneVector<TVec, FirstColumns<TVec>>>(tokens, rows, j, span, ref panel, cols, columns, ref ahead);
            }
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void Panel<TVec, TPanel>(int tokens, int rows, int column, in Span span, ref float s, nint sRow, int count, ref Ahead ahead)
        where TVec : struct, ISimd<TVec>
        where TPanel : struct, IPanel<TVec>
    {
        int i = 0;
        for (; rows - i >= 8 && Products.HasManyRegisters<TVec>(); i += 8)
        {
            Part<TVec, TPanel, Eight>(tokens, i, column, span, ref s, sRow, count, ref ahead);
        }

        for (; rows - i >= 4; i += 4)
        {
            Part<TVec, TPanel, Four>(tokens, i, column, span, ref s, sRow, count, ref ahead);
        }

        for (; i < rows; i++)
        {
            Part<TVec, TPanel, One>(tokens, i, column, span, ref s, sRow, count, ref ahead);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Part<TVec, TPanel, TRows>(int tokens, int i, int column, in Span span, ref float s, nint sRow, int count, ref Ahead ahead)
        where TVec : struct, ISimd<TVec>
        where TPanel : struct, IPanel<TVec>
        where TRows : struct, ICount => StatePart.Run<TVec, TPanel, TRows>(
            tokens, ref Unsafe.Add(ref span.Query, i), ref Unsafe.Add(ref span.Key, i), span.Row, ref Unsafe.Add(ref span.Value, column), ref Unsafe.Add(ref span.Output, column), span.ValueRow,
            ref Unsafe.Add(ref s, i * sRow), sRow, ref Unsafe.Add(ref span.Begin, i), ref Unsafe.Add(ref span.End, i), count, i > 0, ref ahead);

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

        /// <summary>Row stride of values and outputs.</summary>
        public readonly nint ValueRow;

        /// <summary>What the rows of the state are multiplied with in front of the first token.</summary>
        public readonly ref float Begin;

        /// <summary>The same behind the last.</summary>
        public readonly ref float End;

        public readonly ref float Query;

        public readonly ref float Key;

        public readonly ref float Value;

        public readonly ref float Output;

        /// <summary>What values are multiplied with.</summary>
        public readonly ref float Rise;

        /// <summary>What outputs are multiplied with.</summary>
        public readonly ref float Fall;

        public Span(int rows, int cols, ref float scratch)
        {
            Row = Padded(rows);
            ValueRow = Padded(cols);
            Begin = ref scratch;
            End = ref Unsafe.Add(ref Begin, Row);
            Query = ref Unsafe.Add(ref End, Row);
            Key = ref Unsafe.Add(ref Query, Spans.Most * Row);
            Value = ref Unsafe.Add(ref Key, Spans.Most * Row);
            Output = ref Unsafe.Add(ref Value, Spans.Most * ValueRow);
            Rise = ref Unsafe.Add(ref Output, Spans.Most * ValueRow);
            Fall = ref Unsafe.Add(ref Rise, Spans.Most);
        }
    }
}
