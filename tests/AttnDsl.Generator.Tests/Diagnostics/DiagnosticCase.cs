namespace AttnDsl.Generator.Tests.Diagnostics;

/// <summary>A declaration that breaks one rule.</summary>
/// <param name="Id">The diagnostic that it gets, and no other.</param>
/// <param name="Source">The declaration, its squiggle marked <c>[|…|]</c>; the layer is called <c>Layer</c>.</param>
/// <param name="Message">What the diagnostic says.</param>
public sealed record DiagnosticCase(string Id, string Source, string Message)
{
    public override string ToString() => Id + ": " + Source;
}
