using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using Microsoft.CodeAnalysis;

namespace AttnDsl.Generator.Parsing.Functions;

/// <summary>What parameters and locals stand for at a point of a method.</summary>
internal sealed class Scope
{
    private readonly Dictionary<ISymbol, Expr?> _values;

    public Scope()
        : this(new(SymbolEqualityComparer.Default))
    {
    }

    private Scope(Dictionary<ISymbol, Expr?> values) => _values = values;

    public IReadOnlyList<ISymbol> Known => [.. _values.Keys];

    /// <summary>Null for what has no value yet, and for a position, which has none of its own.</summary>
    public Expr? this[ISymbol symbol]
    {
        get => _values.TryGetValue(symbol, out var value) ? value : null;
        set => _values[symbol] = value;
    }

    public Scope Copy() => new(new Dictionary<ISymbol, Expr?>(_values, SymbolEqualityComparer.Default));
}
