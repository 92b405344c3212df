using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Infrastructure;

namespace AttnDsl.Generator.Model;

/// <summary>What a user's method stands for in a layer.</summary>
internal enum FunctionRole { FeatureMap, Gate, Score, Mask, Normaliser }

/// <summary>A user's method.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Body">What it computes: of argument 0 (a channel, a gate input, a score, a key sum) and of positions; null where it has no translation.</param>
/// <param name="Fault">Why it has none.</param>
internal sealed record FunctionDeclaration(FunctionRole Role, string Name, Expr? Body, FunctionFault? Fault)
{
    /// <summary>Its learned parameters, as the members of <c>Parameters</c> are called: arguments from 1 on.</summary>
    public EquatableArray<string> Learned { get; init; }

    /// <summary>F of a feature map of vectors; none of a function of single numbers.</summary>
    public int? Features { get; init; }

    /// <summary>Its learned tensors, which its body names.</summary>
    public EquatableArray<LearnedTensor> Tensors { get; init; }

    /// <summary>Whole numbers that come with each query of a mask, as members of <c>Inputs</c>: its body's arguments.</summary>
    public EquatableArray<string> PerToken { get; init; }

    /// <summary>Members of <c>Parameters</c> that it brings.</summary>
    public IEnumerable<string> Members => Learned.Concat(Tensors.Select(t => t.Member));
}

/// <summary>A learned tensor of a function, one a head.</summary>
/// <param name="Lengths">F, K, or F and K.</param>
internal sealed record LearnedTensor(string Member, EquatableArray<int> Lengths);

/// <summary>What is wrong with a method.</summary>
/// <param name="Id">The diagnostic's id.</param>
/// <param name="Arguments">What its message's gaps are filled with, behind the layer's name.</param>
internal sealed record FunctionFault(string Id, EquatableArray<string> Arguments);

/// <summary>A layer's functions.</summary>
internal static class Functions
{
    public static FunctionDeclaration? Function(this LayerDeclaration d, FunctionRole role) => d.Functions.FirstOrDefault(f => f.Role == role);

    /// <summary>Name of a learned parameter in programs and kernels.</summary>
    public static string Tensor(string member) => "learned" + member;

    /// <summary>Name of a number that comes with each query in programs and kernels.</summary>
    public static string PerToken(string member) => "token" + member;

    /// <summary>A role for people.</summary>
    public static string Text(this FunctionRole role) => role switch
    {
        FunctionRole.FeatureMap => "feature map",
        FunctionRole.Gate => "gate function",
        FunctionRole.Score => "score function",
        FunctionRole.Mask => "mask function",
        _ => "normaliser function",
    };
}
