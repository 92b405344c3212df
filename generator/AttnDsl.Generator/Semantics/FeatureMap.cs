using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Emit;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Infrastructure;
using AttnDsl.Generator.Model;

namespace AttnDsl.Generator.Semantics;

/// <summary>A feature map φ from K channels to F features: what of it the rest of the generator has to know.</summary>
/// <param name="Channels">K.</param>
/// <param name="Options">Its options, defaults filled in.</param>
internal sealed record FeatureMap(Kernel Kernel, int Channels, MapDeclaration Options)
{
    public static FeatureMap Of(LayerDeclaration d)
    {
        var map = new FeatureMap(LayerRules.DefaultKernel(d), d.KeyDim, d.Map ?? new());
        var (isLearned, isLuna) = (map.Kernel is Kernel.Learned or Kernel.Luna, map.Kernel == Kernel.Luna);
        return map with
        {
            Methods = new(d.Functions.Where(f => f.Role == FunctionRole.FeatureMap)),

            // An option that the map does not have stays as it was declared, for the rules to refuse it.
            Options = map.Options with
            {
                Projections = map.HasProjection && map.Kernel != Kernel.Hedgehog ? map.Projections : map.Options.Projections,
                Channels = isLuna ? map.Functions : map.Options.Channels,
                Hidden = isLuna ? map.Hidden : map.Options.Hidden,
                Activation = isLearned ? map.Activation : map.Options.Activation,
                Envelope = isLearned ? map.Envelope : map.Options.Envelope,
                Form = map.Kernel == Kernel.Hedgehog ? map.Form : map.Options.Form,
            },
        };
    }

    /// <summary>J, rows of the projection.</summary>
    public int Projections => Kernel == Kernel.Hedgehog ? Channels : Options.Projections ?? Channels;

    /// <summary>L, learned functions.</summary>
    public int Functions => Options.Channels ?? 4;

    /// <summary>U, hidden units of a learned function.</summary>
    public int Hidden => Options.Hidden ?? 64;

    public FeatureActivation Activation => Options.Activation ?? FeatureActivation.Relu;

    public FeatureEnvelope Envelope => Options.Envelope ?? FeatureEnvelope.None;

    public HedgehogForm Form => Options.Form ?? HedgehogForm.Joint;

    /// <summary>The user's methods, each of a channel at a time; the features of two stand side by side.</summary>
    public EquatableArray<FunctionDeclaration> Methods { get; init; }

    /// <summary>The user's method of all channels at once.</summary>
    public FunctionDeclaration? OfVectors => Methods.Count == 1 && Methods[0].Features is not null ? Methods[0] : null;

    public bool IsIdentity => Kernel == Kernel.Identity && Methods.Count == 0;

    /// <summary>What diagnostics call it.</summary>
    public string Name => Methods.Count == 0 ? Kernel.ToString() : string.Join(" beside ", Methods.Select(m => m.Name));

    /// <summary>Whether there is a feature for each channel, which keeps the channel's letter.</summary>
    public bool KeepsChannels => Kernel <= Kernel.ChannelSoftmax && Methods.Count < 2 && (OfVectors?.Features ?? Channels) == Channels;

    /// <summary>F: rows of the state.</summary>
    public int Width => Kernel switch
    {
        Kernel.CosFormer or Kernel.Hedgehog => 2 * Channels,
        Kernel.RandomFourier or Kernel.Favor or Kernel.Learned => Projections,
        Kernel.Luna => Projections * Functions,
        _ => OfVectors?.Features ?? Polynomial?.Width(Channels) ?? Math.Max(1, Methods.Count) * Channels,
    };

    /// <summary>The widest row that a tile of it takes.</summary>
    public long WidestRow => Kernel == Kernel.Luna ? (long)Projections * Hidden * (Options.PerChannel ? Functions : 1) : Width;

    /// <summary>Lengths of the dimensions that only the map has.</summary>
    public IReadOnlyList<(string Letter, int Size)> Widths => HasProjection ? [("J", Projections), ("L", Functions), ("U", Hidden), ("I", Pieces.Pieces)] : [];

    public bool HasProjection => Kernel is Kernel.RandomFourier or Kernel.Favor or Kernel.Learned or Kernel.Hedgehog or Kernel.Luna;

    /// <summary>What φ(x)·φ(y) is of x·y, where it is a polynomial; such a kernel takes the scale inside.</summary>
    public Polynomial? Polynomial => Kernel switch
    {
        Kernel.Taylor => Polynomial.Taylor,
        Kernel.Square => Polynomial.Squared,
        _ => null,
    };

    /// <summary>Whether the map approximates a kernel of √s q and √s k, so that the scale belongs inside.</summary>
    public bool IsRandom => Kernel is Kernel.RandomFourier or Kernel.Favor;

    /// <summary>Radians from a position to the next, where features depend on positions.</summary>
    public double? AngleStep => Kernel == Kernel.CosFormer ? Math.PI / 2 / Math.Max(1, Options.Horizon ?? 1) : null;

    /// <summary>What a row of the state is called: K or F.</summary>
    public string Letter => KeepsChannels ? "K" : "F";

    /// <summary>Whether products of features, and so a key sum, can be negative.</summary>
    public bool IsSigned => Methods.Count > 0 ? Methods.Any(m => m.Body is { } body && !(Interval.Of(body, _ => Interval.Everything).Lower >= 0)) : Kernel switch
    {
        Kernel.Identity or Kernel.Silu or Kernel.RandomFourier => true,
        Kernel.Learned => Activation is FeatureActivation.Silu or FeatureActivation.Gelu or FeatureActivation.Identity,
        Kernel.Luna => Options.Signed,
        _ => false,
    };

    /// <summary>What is learned, in the order of <c>Parameters</c>.</summary>
    public IEnumerable<ParameterTensor> Parameters
    {
        get
        {
            if (!HasProjection) yield break;
            var learned = IsRandom ? "Random directions" : "Projections of queries and keys";
            yield return Tensor("MapW", "projection", "J,K", learned + (IsRandom ? "; RandomFeatures.Orthogonal makes them." : "."), Projections, Channels);
            if (Kernel != Kernel.Favor) yield return Tensor("MapB", "bias", "J", Kernel == Kernel.RandomFourier ? "Random phases, uniform from 0 to 2π." : "Added to the projections.", Projections);
            if (Kernel == Kernel.Luna)
            {
                var each = Options.PerChannel;
                yield return Tensor("MapA1", "inner", each ? "L,U" : "U", "Weights of the hidden units.", each ? [Functions, Hidden] : [Hidden]);
                yield return Tensor("MapC1", "innerBias", each ? "L,U" : "U", "Biases of the hidden units.", each ? [Functions, Hidden] : [Hidden]);
                yield return Tensor("MapA2", "outer", "L,U", "Weights of the functions ψ.", Functions, Hidden);
                yield return Tensor("MapC2", "outerBias", "L", "Biases of the functions ψ; slightly positive ones keep a key sum from 0.", Functions);
            }

            if (Envelope == FeatureEnvelope.Learned) yield return Tensor("MapU", "envelope", "K", "Direction of the envelope.", Channels);
        }
    }

    private ParameterTensor Tensor(string member, string tensor, string letters, string meaning, params int[] axes) =>
        new(member, tensor, Options.PerHead ? $"[H,{letters}]" : $"[{letters}]", Options.PerHead ? HeadCount.Query : null, new EquatableArray<int>(axes), meaning);

    /// <summary>Whether the learned functions are linear between points that the parameters decide.</summary>
    public bool IsPiecewiseLinear => Kernel == Kernel.Luna && Activation is FeatureActivation.Relu or FeatureActivation.Identity;

    /// <summary>The table of the learned functions, whether there may be one or not: a piece more than there are points where one of them bends.</summary>
    public PiecewiseTable Pieces => new(Activation == FeatureActivation.Identity ? 1 : 1 + (Hidden * (Options.PerChannel ? Functions : 1)), Functions);

    /// <summary>The table that takes the place of the learned functions where no gradients are asked for; null without one.</summary>
    public PiecewiseTable? Table => IsPiecewiseLinear && Options.Tabulated != false && Pieces.Floats <= PiecewiseTable.MostFloats ? Pieces : null;

    /// <summary>Why learned functions have no table though nobody declined one, as what is said of them.</summary>
    public string? WhyNoTable => Kernel != Kernel.Luna || Table is not null || Options.Tabulated == false ? null
        : IsPiecewiseLinear ? $"would take {Literals.Integer(Pieces.Floats)} floats a head, more than {Literals.Integer(PiecewiseTable.MostFloats)}; use fewer Hidden or Channels"
        : $"are not piecewise linear behind {Activation}; use Activation = FeatureActivation.Relu";

    /// <summary>How a table is made, as C#: of which parameters, and what else of the map it has to know.</summary>
    public (IReadOnlyList<string> Members, string Arguments) TableSources =>
        (["MapA1", "MapC1", "MapA2", "MapC2"], $"isShared: {(Options.PerChannel ? "false" : "true")}, below: {(Activation == FeatureActivation.Relu ? "0" : "1")}, factor: {Literals.Double(1 / Math.Sqrt(Projections))}");

    /// <summary>For people.</summary>
    public string Formula => OfVectors is { } own ? $"φ(x)_d = {own.Formula("x")}, d from 0 to {Width - 1}" : Methods.Count > 0 ? $"φ(x) = {string.Join(" beside ", Methods.Select(m => m.Formula("x")))}" : Kernel switch
    {
        Kernel.Softmax => "the exponential kernel e^{q·k}",
        Kernel.EluPlusOne => "φ(x) = elu(x) + 1",
        Kernel.Relu => "φ(x) = max(x, 0)",
        Kernel.ReluSquared => "φ(x) = max(x, 0)²",
        Kernel.Silu => "φ(x) = x·σ(x)",
        Kernel.Exp => "φ(x) = e^x",
        Kernel.ChannelSoftmax => "φ(x) = softmax over the channels of x",
        Kernel.Taylor => "φ(x) = 1, every x_c, every x_c²/√2, every x_b x_c with b < c, so that φ(x)·φ(y) = 1 + x·y + (x·y)²/2",
        Kernel.Square => "φ(x) = every x_c², every √2 x_b x_c with b < c, so that φ(x)·φ(y) = (x·y)²",
        Kernel.CosFormer => $"φ(x) at position t = max(x, 0) cos(πt/{2L * (Options.Horizon ?? 1)}) beside max(x, 0) sin(πt/{2L * (Options.Horizon ?? 1)})",
        Kernel.RandomFourier => $"φ(x) = √(2/{Projections}) cos(√s W x + b), so that φ(q)·φ(k) ≈ e^(−s‖q − k‖²/2)",
        Kernel.Favor => $"φ(x) = e^(√s W x − s‖x‖²/2)/√{Projections}, so that φ(q)·φ(k) ≈ e^(s q·k)",
        Kernel.Learned => $"φ(x) = {EnvelopeFormula}{Of(Activation, "W x + b")}",
        Kernel.Hedgehog => Form switch
        {
            HedgehogForm.Separate => "φ(x) = softmax(y) beside softmax(−y), y = W x + b",
            HedgehogForm.Exponential => "φ(x) = e^y beside e^(−y), y = W x + b",
            _ => "φ(x) = softmax(2y beside −2y), y = W x + b",
        },
        Kernel.Luna => $"φ(x)_(i{Functions}+l) = {EnvelopeFormula}ψ_l(w_i·x + b_i)/√{Projections}, ψ_l(p) = {(Options.Signed ? "" : "max(")}A2_l·{Of(Activation, $"A1{(Options.PerChannel ? "_l" : "")} p + c1{(Options.PerChannel ? "_l" : "")}")} + c2_l{(Options.Signed ? "" : ", 0)")}",
        _ => "φ(x) = x",
    };

    /// <summary>What of it streams, and how, where that is not plain.</summary>
    public string? Remark(bool isNormalised) => Kernel switch
    {
        Kernel.CosFormer => $"    the horizon {Options.Horizon} is part of the layer: a horizon that followed the sequence would change every feature with every token",
        Kernel.Favor => "    streams as it stands: a key's exponent is at most ‖w‖²/2, about K/2, so no maximum is carried"
            + (isNormalised ? "; a query's features are relative to its largest, which the key sum divides out" : ""),
        _ => null,
    };

    private string EnvelopeFormula => Envelope switch
    {
        FeatureEnvelope.Gaussian => $"e^(−‖x‖²/{Literals.Number(Math.Round(2 * Math.Sqrt(Channels), 4))}) ",
        FeatureEnvelope.Learned => "e^(u·x) ",
        _ => "",
    };

    private static string Of(FeatureActivation activation, string x) => activation switch
    {
        FeatureActivation.Relu => $"relu({x})",
        FeatureActivation.Silu => $"silu({x})",
        FeatureActivation.Gelu => $"gelu({x})",
        FeatureActivation.EluPlusOne => $"(elu({x}) + 1)",
        FeatureActivation.Exp => $"e^({x})",
        _ => $"({x})",
    };
}
