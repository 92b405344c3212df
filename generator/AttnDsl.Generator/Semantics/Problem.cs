using AttnDsl.Generator.Infrastructure;

namespace AttnDsl.Generator.Semantics;

/// <summary>A rule that a declaration breaks.</summary>
/// <param name="Id">The diagnostic's id.</param>
/// <param name="Site">What it is about, as <c>Attribute</c> or <c>Attribute.Argument</c>; the analyzer finds the place.</param>
/// <param name="Arguments">What the message's gaps are filled with.</param>
internal sealed record Problem(string Id, string Site, EquatableArray<string> Arguments)
{
    /// <summary>Whether no correct code can exist; 05xx are risks.</summary>
    public bool IsError => !Id.StartsWith("ATTN05", System.StringComparison.Ordinal);

    /// <summary>Site of a function: with its number behind, and <c>Fault</c> for what is wrong inside.</summary>
    public const string FunctionSite = "Function";

    public Problem(string id, string site, params string[] arguments)
        : this(id, site, new EquatableArray<string>(arguments))
    {
    }
}
