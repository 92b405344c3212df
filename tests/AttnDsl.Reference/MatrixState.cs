using System;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>The state of a matrix layer at some token.</summary>
public sealed class MatrixState<T>
    where T : struct, IBinaryFloatingPointIeee754<T>
{
    public MatrixState(LayerSpec spec, int batch)
    {
        var heads = batch * spec.StateHeads;
        S = new T[heads * Math.Max(1, spec.Levels) * spec.FeatureDim * (spec.Slots == 0 ? spec.ValueDim : spec.Slots)];
        Z = new T[heads * (spec.Slots == 0 ? spec.FeatureDim : spec.Slots * spec.ValueDim)];
        M = new T[batch * spec.StateHeads];
        ValueMean = new T[spec.Denominator == Denominator.Centred ? heads * spec.ValueDim : 0];
        Count = new T[spec.Denominator == Denominator.Centred ? heads : 0];
        Array.Fill(M, T.NegativeInfinity);
        Phase = new T[batch * spec.KeyHeads * (spec.KeyDim / 2)];
        LastPhi = new T[Phase.Length];
    }

    private MatrixState(MatrixState<T> other)
    {
        S = (T[])other.S.Clone();
        Z = (T[])other.Z.Clone();
        M = (T[])other.M.Clone();
        ValueMean = (T[])other.ValueMean.Clone();
        Count = (T[])other.Count.Clone();
        (Phase, LastPhi, Position) = ((T[])other.Phase.Clone(), (T[])other.LastPhi.Clone(), other.Position);
    }

    /// <summary>[B,N,K,V], with levels [B,N,L,K,V]; with slots their keys [B,N,K,M]; of a centred read the products of deviations.</summary>
    public T[] S { get; }

    /// <summary>Key sum z, the n of mLSTM, or the mean of the keys: [B,N,K]; with slots their values [B,N,M,V].</summary>
    public T[] Z { get; }

    /// <summary>Running maximum of mLSTM, −∞ before the first token: [B,N].</summary>
    public T[] M { get; }

    /// <summary>Of a centred read the mean of the values [B,N,V].</summary>
    public T[] ValueMean { get; }

    /// <summary>Of a centred read how many tokens count [B,N].</summary>
    public T[] Count { get; }

    /// <summary>Angle so far of a selective rotation, and the last token's phase: [B,H,K/2].</summary>
    public T[] Phase { get; }

    public T[] LastPhi { get; }

    /// <summary>Tokens seen.</summary>
    public long Position { get; set; }

    public MatrixState<T> Clone() => new(this);
}

/// <summary>Outputs [B,T,N,V] and, for a causal matrix layer, the final state.</summary>
public sealed record LayerResult<T>(T[] Output, MatrixState<T>? State)
    where T : struct, IBinaryFloatingPointIeee754<T>;
