using System;
using System.Collections.Generic;

namespace AttnDsl.Reference;

/// <summary>Contiguous inputs, time before heads; a tensor that the layer has not is empty.</summary>
/// <param name="Batch">B.</param>
/// <param name="Time">T.</param>
/// <param name="Q">[B,T,H,K].</param>
/// <param name="K">[B,T,H,K], or [B,T,G,K].</param>
/// <param name="V">[B,T,N,V], or [B,T,G,V].</param>
public sealed record LayerInputs(int Batch, int Time, float[] Q, float[] K, float[] V)
{
    /// <summary>Gate: [B,T,N] or [B,T,N,K].</summary>
    public float[] G { get; init; } = [];

    /// <summary>Write strength of the delta rule: [B,T,N].</summary>
    public float[] Beta { get; init; } = [];

    /// <summary>Logarithm of the exponential input gate: [B,T,N].</summary>
    public float[] I { get; init; } = [];

    /// <summary>Phases: [B,T,H,K/2], or [B,T,G,K/2].</summary>
    public float[] Phi { get; init; } = [];

    /// <summary>Logits of the phases' gates: [B,T,H] or [B,T,H,K/2], or with G.</summary>
    public float[] PhaseGate { get; init; } = [];

    /// <summary>Learned phases: [H,K/2], or [G,K/2].</summary>
    public float[] Theta { get; init; } = [];

    /// <summary>Logarithms of what joins every phase: [H,K/2], or [G,K/2].</summary>
    public float[] PhaseBias { get; init; } = [];

    /// <summary>What the general delta rule retrieves with: [B,T,H,K].</summary>
    public float[] A { get; init; } = [];

    /// <summary>Where it writes what it retrieved: [B,T,H,K].</summary>
    public float[] B { get; init; } = [];

    /// <summary>Weights of the slots: [B,T,N,M].</summary>
    public float[] S { get; init; } = [];

    /// <summary>a of the gate: [N].</summary>
    public float[] ALog { get; init; } = [];

    /// <summary>b of the gate: [N] or [N,·].</summary>
    public float[] DtBias { get; init; } = [];

    /// <summary>u of the bonus: [H,K].</summary>
    public float[] U { get; init; } = [];

    /// <summary>w of the augmentation: [H,K].</summary>
    public float[] W { get; init; } = [];

    /// <summary>Weights of the levels: [B,T,N,L].</summary>
    public float[] LevelScales { get; init; } = [];

    /// <summary>Logits that join the denominators of softmax: [H].</summary>
    public float[] Sink { get; init; } = [];

    /// <summary>D of the skip: [N] or [N,V].</summary>
    public float[] D { get; init; } = [];

    /// <summary>y of the output gate: [B,T,N,V].</summary>
    public float[] Y { get; init; } = [];

    /// <summary>What the divisor η is made of: [B,T,N].</summary>
    public float[] Eta { get; init; } = [];
    /// <summary>Parameters of the feature map, by name.</summary>
    public IReadOnlyDictionary<string, float[]> Parameters { get; init; } = new Dictionary<string, float[]>();

    /// <summary>With <see cref="Step"/>: what is read is not x but x + step · direction, added up in the oracle's precision.</summary>
    public LayerInputs? Direction { get; init; }

    /// <summary>How far along <see cref="Direction"/>. With <see cref="Dual{T}"/> the results hold the derivative by this number.</summary>
    public double Step { get; init; }

    /// <summary>
    /// Whether mLSTM's maximum m stays what it is without <see cref="Direction"/>. It cancels everywhere but in ε·e^m, up to 4e-5 of the
    /// gradients of i and g, which generated gradients leave out.
    /// </summary>
    public bool HoldsMaximum { get; init; }

    /// <summary>Tokens <paramref name="start"/> … of every sequence, copied.</summary>
    public LayerInputs Slice(int start, int count) => new(Batch, count,
        Cut(Q, start, count), Cut(K, start, count), Cut(V, start, count))
    {
        G = Cut(G, start, count),
        Beta = Cut(Beta, start, count),
        I = Cut(I, start, count),
        Phi = Cut(Phi, start, count),
        PhaseGate = Cut(PhaseGate, start, count),
        A = Cut(A, start, count),
        B = Cut(B, start, count),
        S = Cut(S, start, count),
        Eta = Cut(Eta, start, count),
        Y = Cut(Y, start, count),
        LevelScales = Cut(LevelScales, start, count),
        Theta = Theta,
        PhaseBias = PhaseBias,
        ALog = ALog,
        DtBias = DtBias,
        U = U,
        W = W,
        D = D,
        Sink = Sink,
        Parameters = Parameters,
        Direction = Direction?.Slice(start, count),
        Step = Step,
        HoldsMaximum = HoldsMaximum,
    };

    private float[] Cut(float[] tensor, int start, int count)
    {
        if (tensor.Length == 0)
        {
            return tensor;
        }

        var row = tensor.Length / (Batch * Time);
        var result = new float[Batch * count * row];
        for (var b = 0; b < Batch; b++)
        {
            Array.Copy(tensor, ((b * Time) + start) * row, result, b * count * row, count * row);
        }

        return result;
    }
}
