using System.Collections.Generic;
using System.Linq;
using System.Text;
using AttnDsl.Generator.Emit;
using AttnDsl.Generator.Infrastructure;
using AttnDsl.Generator.Model;

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
/// <param name="LogDecays">Of constants that are known here: one a head.</param>
internal sealed record Decay(GateShape Shape, HeadDecay Constants, GateActivation Activation, double Temperature, EquatableArray<double> LogDecays)
{
    /// <summary>Whether a rate e^a, or a power a, is learned.</summary>
    public bool HasRate => Activation is GateActivation.Rate or GateActivation.ReversedSigmoidPower or GateActivation.SoftplusRate or GateActivation.Bounded;

    /// <summary>Whether something is learned that is as fine as the gate's input.</summary>
    public bool HasBias => Activation is GateActivation.RecurrentGate or GateActivation.SoftplusRate or GateActivation.Bounded;

    /// <summary>ℓ of a gate that forgets no faster.</summary>
    public double LowerBound { get; init; }

    /// <summary>Whether its input is learned, the same for every token.</summary>
    public bool IsLearned { get; init; }

    /// <summary>The user's activation.</summary>
    public FunctionDeclaration? Function { get; init; }

    public override string ToString() => Shape == GateShape.Constant ? $"constant, {Constants}" : $"{(IsLearned ? "learned " : "")}per {Shape}, {(Function is { } own ? own.Name : Activation.ToString())}{(Temperature == 1 ? "" : $" / {Literals.Number(Temperature)}")}{(LowerBound == 0 ? "" : $" from {Literals.Number(LowerBound)}")}";
}

/// <summary>The imaginary part of the transition.</summary>
internal sealed record Rotation(RotationKind Kind, double Base, PairLayout Layout)
{
    /// <summary>What tokens turn by; null where angles follow from positions.</summary>
    public Phase? Phase { get; init; }

    public override string ToString() => $"{Kind} {Layout}{(Kind == RotationKind.Learned ? "" : $", base {Literals.Number(Base)}")}";
}

/// <summary>Phases that tokens add to.</summary>
/// <param name="Differenced">Whether a token adds what its input changed by.</param>
internal sealed record Phase(Temperatures Temperatures, bool Differenced, PhaseGate Gate)
{
    /// <summary>Whether what a token adds is learned, not an input.</summary>
    public bool IsLearned { get; init; }

    /// <summary>Whether e^b, b learned, joins what a token adds.</summary>
    public bool HasBias { get; init; }
}

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
internal sealed record Window(int Size, bool RuntimeSized, int SinkTokens)
{
    public override string ToString() => $"{(RuntimeSized ? "up to " : "")}{Literals.Integer(Size)}, {Literals.Integer(SinkTokens)} sinks";
}

/// <summary>What is written beside the rule itself.</summary>
/// <param name="Key">An input, or 1 − e^g.</param>
/// <param name="Steps">Writes a token.</param>
/// <param name="Slots">M, 0 without slots.</param>
/// <param name="Bonus">Whether the state is read before the write.</param>
internal sealed record Writing(KeySource Key, WriteStrength Strength, double StrengthScale, int Steps, int Slots, bool Bonus);

/// <summary>What becomes of a score before it is masked: capped, then biased by position; and what scores are weighed against.</summary>
internal sealed record Score(double? SoftCap, PositionBias Bias, bool SinkLogit)
{
    /// <summary>Whether a score is another number than the product of query and key.</summary>
    public bool ShapesProducts => SoftCap is not null || Bias != PositionBias.None;
}

/// <summary>A causal short convolution of what comes in, or of what is added to what goes out.</summary>
/// <param name="Columns">Of the grid on which the tokens lie; 0 for a line.</param>
internal sealed record Convolution(int Width, Convolved Of, ConvolutionActivation Activation, int Columns)
{
    public override string ToString() => $"of {Of}, {Literals.Integer(Taps)} taps{(IsOnGrid ? $" on a grid of {Literals.Integer(Columns)} columns" : "")}{(Activation == ConvolutionActivation.None ? "" : $", {Activation}")}";

    /// <summary>The inputs that it reads, as programs call them.</summary>
    public IEnumerable<string> Tensors => new[] { ("q", Convolved.Queries), ("k", Convolved.Keys), ("v", Convolved.Values | Convolved.Output) }.Where(t => (Of & t.Item2) != 0).Select(t => t.Item1);

    /// <summary>Whether a layer takes the convolution of an input in its place.</summary>
    public bool Replaces(string tensor) => (Of & (tensor switch { "q" => Convolved.Queries, "k" => Convolved.Keys, "v" => Convolved.Values, _ => 0 })) != 0;

    public bool IsOnGrid => Columns > 0;

    /// <summary>Weights a channel.</summary>
    public int Taps => IsOnGrid ? Width * Width : Width;

    /// <summary>Lengths of the dimensions that only it has: the taps, D = W − 1 rows of the past.</summary>
    public IReadOnlyList<(string Letter, int Size)> Widths => [("W", Taps), ("D", Width - 1)];
}

/// <summary>A tensor that the caller hands in.</summary>
/// <param name="Member">Name in <c>Inputs</c>.</param>
/// <param name="Tensor">Name in programs and kernels, and of the parameter of span overloads.</param>
/// <param name="Letters">Shape, such as <c>[B,T,H,K]</c>.</param>
/// <param name="HeadCount">Which head count its third axis has.</param>
/// <param name="Width">Length of its fourth axis; 0 for a tensor of rank 3.</param>
/// <param name="Meaning">For the documentation, with units.</param>
/// <param name="RowsPerToken">Rows of its second axis for each token.</param>
internal sealed record InputTensor(string Member, string Tensor, string Letters, HeadCount HeadCount, int Width, string Meaning, int RowsPerToken = 1)
{
    /// <summary>Has no gradient: what a mask asks of a query.</summary>
    public bool IsFixed { get; init; }

    /// <summary>Name in a kernel's call, which has other fields than inputs: a name that the user chose must not be one of theirs.</summary>
    public string Field => IsFixed ? "Token" + Member : Member;

    /// <summary>Length of its second axis, given the tokens as C#.</summary>
    public string Rows(string tokens) => RowsPerToken == 1 ? tokens : $"{tokens} * {RowsPerToken}";

    /// <summary>The letters of one token.</summary>
    public string StepLetters => RowsPerToken == 1 ? Letters.Replace(",T", ",1") : Letters.Replace("T,", ",");
}

internal enum HeadCount
{
    Query,
    KeyValue,
    State,

    /// <summary>One for all heads.</summary>
    Shared,
}

/// <summary>A learned tensor: the same for every sequence and token. Dense.</summary>
/// <param name="Member">Name in <c>Parameters</c>.</param>
/// <param name="Tensor">Name in programs and kernels.</param>
/// <param name="Letters">Shape, such as <c>[H,K]</c>.</param>
/// <param name="PerHead">Of which head count there is one part each; null for one that all heads share.</param>
/// <param name="Axes">Lengths of the axes behind the heads; none for one number.</param>
/// <param name="Meaning">For the documentation, with units.</param>
internal sealed record ParameterTensor(string Member, string Tensor, string Letters, HeadCount? PerHead, EquatableArray<int> Axes, string Meaning)
{
    /// <summary>Name in a kernel's call, which has other fields than parameters: a name that the user chose must not be one of theirs.</summary>
    public string Field => Tensor == Functions.Tensor(Member) ? "Learned" + Member : Member;

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

    /// <summary>Axes behind batch and heads.</summary>
    public int Rank => Letters.Split(',').Length - 2;
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
    FeatureMap Map,
    Decay? Decay,
    Rotation? Rotation,
    WriteRule Write,
    Writing Writing,
    Normaliser Normaliser,
    double Epsilon,
    EtaActivation Eta,
    NormaliserGradient NormaliserGradient,
    Window? Window,
    Forms Forms,
    int ChunkSize,
    EquatableArray<InputTensor> Inputs,
    EquatableArray<StateTensor> States)
{
    /// <summary>Adds ε to the key sum instead of keeping it above ε.</summary>
    public bool AddsEpsilon { get; init; }

    public Kernel Kernel => Map.Kernel;

    /// <summary>Whether programs look the map's functions up in <see cref="FeatureMap.Table"/>: those that have no gradients.</summary>
    public bool IsTabulated { get; init; }

    /// <summary>The angles of positions that kernels read: how many a position, the base of their series, the radians of the fastest.</summary>
    public (int Count, double Base, double Step)? Angles =>
        Rotation is { Phase: null } r ? (KeyDim / 2, r.Base, 1) : Map.AngleStep is { } step ? (1, 1, step) : null;

    /// <summary>The user's function of scores: of the scaled product as argument 0, of the positions of query (rows) and key (columns), of the head.</summary>
    public FunctionDeclaration? ScoreFunction { get; init; }

    /// <summary>The user's choice of keys: 1 where a query sees a key.</summary>
    public FunctionDeclaration? MaskFunction { get; init; }

    /// <summary>Whether positions count where rows of a window do not lie at theirs: behind a state, backward.</summary>
    public bool MeasuresSinks => (Score?.Bias == PositionBias.Alibi && Window is { SinkTokens: > 0 }) || (Window is not null && new[] { ScoreFunction, MaskFunction }.Any(f => f?.Body?.Any(e => e == Expressions.Ex.Origin) == true));

    /// <summary>The user's function of the key sum, by whose value is divided.</summary>
    public FunctionDeclaration? Divisor { get; init; }

    /// <summary>The inputs that have gradients.</summary>
    public IEnumerable<InputTensor> Differentiated => Inputs.Where(i => !i.IsFixed);

    /// <summary>What is learned, in the order of <c>Parameters</c>.</summary>
    public EquatableArray<ParameterTensor> Parameters { get; init; }

    /// <summary>Adds D·v to the read-out, D learned.</summary>
    public SkipShape Skip { get; init; }

    public bool HasSkip => Skip != SkipShape.None;

    /// <summary>Adds the token's own value as its query and key fit.</summary>
    public Augmentation Augmentation { get; init; }

    /// <summary>What the output is multiplied by last.</summary>
    public OutputGate OutputGate { get; init; }

    /// <summary>In how many levels the past is parted, each with a state of its own; 0 of a layer with one state.</summary>
    public int Levels { get; init; }

    /// <summary>Whether every cell of the state decays on its own: a linear scan, cell by cell.</summary>
    public bool IsScan => Decay is { Shape: GateShape.Full } || Writing.Key == KeySource.None;

    /// <summary>Whether each state carries a running maximum under which its writes are scaled.</summary>
    public bool IsStabilised => Write == WriteRule.ExponentialGate;

    /// <summary>Rows of a kernel's time, given the tokens as C#: a token with several writes has as many rows.</summary>
    public string Rows(string tokens) => Writing.Steps == 1 ? tokens : $"{tokens} * {Writing.Steps}";

    /// <summary>Whether each state carries the sum of its keys, by which the read-out is divided.</summary>
    public bool HasKeySum => Normaliser is Normaliser.KeySum or Normaliser.AbsoluteKeySum or Normaliser.Stabilised;

    /// <summary>The short convolution, where there is one.</summary>
    public Convolution? Convolution { get; init; }

    /// <summary>Lengths of the dimensions that not every layer has.</summary>
    public IReadOnlyList<(string Letter, int Size)> Widths =>
        [.. Map.Widths, .. Convolution is { } c ? c.Widths : [], .. Levels == 0 ? System.Array.Empty<(string, int)>() : [("E", Levels)], .. ExactTokens == 0 ? System.Array.Empty<(string, int)>() : [("X", ExactTokens)]];

    /// <summary>Whether what is read are means and covariances.</summary>
    public bool IsCentred => Normaliser == Normaliser.Centred;

    /// <summary>How many of the last tokens a centred read scores one by one, as softmax does; 0 where it reads moments only.</summary>
    public int ExactTokens { get; init; }

    /// <summary>n₀ of a centred read.</summary>
    public double Prior { get; init; }

    /// <summary>Whether the normaliser sums terms of both signs, which may all but cancel.</summary>
    public bool HasSignedNormaliser => HasKeySum && Map.IsSigned;

    /// <summary>What a cache does to its scores; null where scores are what they are.</summary>
    public Score? Score { get; init; }

    /// <summary>What phases accumulate, which are states; null where there are none.</summary>
    public Phase? Phase => Rotation?.Phase;

    /// <summary>
    /// The states that turn with the keys, where nothing but the turns between tokens counts: where no channel of a pair decays, reads or is weighted other than its
    /// partner. None where angles themselves have an effect, or the state has none of the keys' channels.
    /// </summary>
    public IReadOnlyList<string> TurnedStates =>
        Phase is null || Family == StateFamily.Cache || !Causal || IsScan || !Map.IsIdentity || Levels > 0 || Writing.Bonus || Augmentation != Augmentation.None || Write == WriteRule.GeneralDelta || Decay is { Shape: GateShape.Key }
            ? []
            : [.. States.Select(s => s.Name).Where(name => name is "S" or "z" or "n" or "keyMean" or "keyCovariance" or "windowKeys" or "slotKeys")];

    /// <summary>Which head count keys have, and what turns them.</summary>
    public HeadCount KeyHeadCount => KeyValueHeads is null ? HeadCount.Query : HeadCount.KeyValue;

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

    /// <summary>Every part, chosen.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"system {Family} state, {(Causal ? "causal" : "bidirectional")}\n");
        Line("sizes", $"K = {KeyDim}, V = {ValueDim}, heads {Count(Heads)}, key/value heads {Count(KeyValueHeads)}, value heads {Count(ValueHeads)}");
        Line("decay", Part(Decay));
        Line("rotation", Part(Rotation));
        Line("write", Writes());
        Line("read", $"kernel {Kernel}, scale {Literals.Number(Scale)}, normaliser {Normaliser}{(Normaliser == Normaliser.None ? "" : IsCentred ? $" with a prior of {Literals.Number(Prior)} tokens" : $" with ε = {Literals.Number(Epsilon)}")}");
        if (Reads() is { Length: > 0 } also) Line("also", also);
        Line("window", Part(Window));
        Line("forms", $"{Forms}, chunks of {ChunkSize}");
        foreach (var i in Inputs) Line("input", $"{i.Tensor,-9} {i.Letters,-9} {i.Meaning}");
        foreach (var p in Parameters) Line("parameter", $"{p.Tensor,-9} {p.Letters,-9} {p.Meaning}");
        foreach (var s in States) Line("state", $"{s.Name,-9} {s.Letters,-9} {s.Meaning}");
        return text.ToString();

        void Line(string part, object value) => text.Append($"  {part,-9}  {value}\n");
        string Writes() => string.Concat(
            Write, Writing.Key == KeySource.Input ? "" : $", key {Writing.Key}",
            Writing.Strength == WriteStrength.None ? "" : $", strength {Writing.Strength} times {Literals.Number(Writing.StrengthScale)}",
            Writing.Steps == 1 ? "" : $", {Literals.Integer(Writing.Steps)} writes a token", Writing.Slots == 0 ? "" : $", {Literals.Integer(Writing.Slots)} slots");
        string Reads() => string.Join(", ", new[]
        {
            Convolution is { } c ? $"convolution {c}" : "", Writing.Bonus ? "bonus" : "", HasSkip ? $"skip per {Skip}" : "", Augmentation == Augmentation.None ? "" : $"augmentation {Augmentation}",
            ExactTokens == 0 ? "" : $"the last {Literals.Integer(ExactTokens)} tokens exactly", OutputGate == OutputGate.None ? "" : $"output gate {OutputGate}", Levels == 0 ? "" : $"{Literals.Integer(Levels)} levels",
        }.Where(x => x.Length > 0));
        static string Count(int? n) => n is { } number ? Literals.Integer(number) : "not declared";
        static string Part(object? part) => part?.ToString() ?? "none";
    }
}
