using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Infrastructure;

namespace AttnDsl.Generator.Semantics;

/// <summary>What a layer remembers.</summary>
internal enum StateFamily
{
    /// <summary>A matrix S[K,V] a head, and what the reader needs beside it.</summary>
    Matrix,

    /// <summary>Keys and values.</summary>
    Cache,
}

/// <summary>The real part of the transition.</summary>
internal sealed record Decay(GateShape Shape, HeadDecay Constants, GateActivation Activation, double Temperature);

/// <summary>The imaginary part of the transition.</summary>
internal sealed record Rotation(RotationKind Kind, double Base, PairLayout Layout)
{
    /// <summary>What an input turns by; null where angles follow from positions.</summary>
    public Phase? Phase { get; init; }
}

/// <summary>Phases that inputs add to.</summary>
/// <param name="Differenced">Whether a token adds what its input changed by.</param>
internal sealed record Phase(Temperatures Temperatures, bool Differenced, PhaseGate Gate);

/// <summary>A tensor [B,T,heads,width] that kernels of a call derive from its inputs before any other kernel runs.</summary>
/// <param name="Member">Name in calls.</param>
/// <param name="Tensor">Name in programs and kernels.</param>
/// <param name="HeadCount">Whose rows they are.</param>
/// <param name="Width">Floats of a row.</param>
/// <param name="PerQueryHead">A float a query head, in rows of key heads: a row has as many floats as query heads share the key head.</param>
internal sealed record PreparedTensor(string Member, string Tensor, HeadCount HeadCount, int Width, bool PerQueryHead = false)
{
    /// <summary>Only gradients need it.</summary>
    public bool IsForBackward { get; init; }
}

/// <summary>What of the past a query sees.</summary>
internal sealed record Window(int Size, bool RuntimeSized, int SinkTokens);

/// <summary>What becomes of a score before it is masked: capped, then biased by position.</summary>
internal sealed record Score(double? SoftCap, PositionBias Bias);

/// <summary>A tensor that the caller hands in.</summary>
/// <param name="Member">Name in <c>Inputs</c>.</param>
/// <param name="Tensor">Name in programs and kernels, and of the parameter of span overloads.</param>
/// <param name="Letters">Shape, such as <c>[B,T,H,K]</c>.</param>
/// <param name="HeadCount">Which head count its third axis has.</param>
/// <param name="Width">Length of its fourth axis; 0 for a tensor of rank 3.</param>
/// <param name="Meaning">For the documentation, with units.</param>
internal sealed record InputTensor(string Member, string Tensor, string Letters, HeadCount HeadCount, int Width, string Meaning);

internal enum HeadCount { Query, KeyValue, State }

/// <summary>A learned tensor: the same for every sequence and token. Dense.</summary>
/// <param name="Member">Name in <c>Parameters</c>.</param>
/// <param name="Tensor">Name in programs and kernels.</param>
/// <param name="Letters">Shape, such as <c>[H,K]</c>.</param>
/// <param name="PerHead">Of which head count there is one part each; null for one that all heads share.</param>
/// <param name="Axes">Lengths of the axes behind the heads; none for one number.</param>
/// <param name="Meaning">For the documentation, with units.</param>
internal sealed record ParameterTensor(string Member, string Tensor, string Letters, HeadCount? PerHead, EquatableArray<int> Axes, string Meaning)
{
    /// <summary>Floats of one head's part, or of the whole.</summary>
    public int Floats => Axes.Aggregate(1, (product, n) => product * n);
}

/// <summary>A part of a head's state.</summary>
/// <param name="Name">Name in programs and in <c>State</c>.</param>
/// <param name="Rows">Length of its first axis, 1 for a scalar.</param>
/// <param name="Cols">Length of its second axis.</param>
/// <param name="Initial">What every element starts as.</param>
/// <param name="Letters">Shape over batch and heads.</param>
internal sealed record StateTensor(string Name, int Rows, int Cols, double Initial, string Letters, string Meaning)
{
    public int Floats => Rows * Cols;
}

/// <summary>
/// A declaration, resolved: <c>state_t = A_t·state_{t−1} + write_t</c>, <c>o_t = read(state_t, q_t)</c> with every part chosen.
/// Right of this record nothing knows about attributes.
/// </summary>
internal sealed record DynamicalSystem(
    StateFamily Family,
    int KeyDim,
    int ValueDim,
    int? Heads,
    int? KeyValueHeads,
    int? ValueHeads,
    bool Causal,
    double Scale,
    Kernel Kernel,
    Decay? Decay,
    Rotation? Rotation,
    WriteRule Write,
    Normaliser Normaliser,
    double Epsilon,
    Window? Window,
    Forms Forms,
    int ChunkSize,
    EquatableArray<InputTensor> Inputs,
    EquatableArray<StateTensor> States)
{
    /// <summary>Adds ε to the key sum instead of keeping it above ε.</summary>
    public bool AddsEpsilon { get; init; }

    /// <summary>The feature map of queries and keys.</summary>
    public FeatureMap Map => new(Kernel, KeyDim);

    /// <summary>What is learned, in the order of <c>Parameters</c>.</summary>
    public EquatableArray<ParameterTensor> Parameters { get; init; }

    /// <summary>Adds D·v to the read-out, D a learned number a head.</summary>
    public bool HasSkip { get; init; }

    /// <summary>Whether each state carries a running maximum under which its writes are scaled.</summary>
    public bool IsStabilised => Write == WriteRule.ExponentialGate;

    /// <summary>Caps and biases of a cache's scores; null where scores are what they are.</summary>
    public Score? Score { get; init; }

    /// <summary>Whether phases are states, accumulated from inputs.</summary>
    public Phase? Phase => Rotation?.Phase;

    /// <summary>Which head count keys have, and what turns them.</summary>
    public HeadCount KeyHeadCount => KeyValueHeads is null ? HeadCount.Query : HeadCount.KeyValue;

    /// <summary>Whether scores depend on how far away a sink is.</summary>
    public bool MeasuresSinks => Score?.Bias == PositionBias.Alibi && Window is { SinkTokens: > 0 };

    /// <summary>Whether softmax attention forgets: scores fall by the log-gates in between.</summary>
    public bool Forgets => Family == StateFamily.Cache && Decay is not null;

    /// <summary>Whether what a cache holds of a key is other than the key itself: turned, or with running sums of gates behind it.</summary>
    public bool CopiesKeys => Rotation is not null || Forgets;

    /// <summary>What is derived from inputs first.</summary>
    public IEnumerable<PreparedTensor> Prepared
    {
        get
        {
            if (Phase is not null) yield return new("Angles", "angles", KeyHeadCount, KeyDim / 2);
            if (Phase is not null && Family == StateFamily.Cache) yield return new("Queries", "queries", HeadCount.Query, KeyDim) { IsForBackward = true };
            if (!Forgets) yield break;
            yield return new("GateSums", "gateSums", HeadCount.KeyValue, 1, PerQueryHead: true);
            yield return new("GateRests", "gateRests", HeadCount.KeyValue, 1, PerQueryHead: true);
        }
    }

    public bool Has(Forms form) => (Forms & form) != 0;
}
