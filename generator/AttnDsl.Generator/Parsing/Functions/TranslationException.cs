using System;
using Microsoft.CodeAnalysis;

namespace AttnDsl.Generator.Parsing.Functions;

/// <summary>Code that has no translation: where it is, and why not with what to do.</summary>
internal sealed class TranslationException(SyntaxNode at, string reason) : Exception(reason)
{
    public SyntaxNode At => at;
}
