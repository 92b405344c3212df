using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using Microsoft.CodeAnalysis;

namespace AttnDsl.Generator.Parsing.Functions;

/// <summary>What parameters and locals stand for at a point of a method.</summary>
internal sealed class Scope
{
    private readonly Dictionary<ISymbol, Expr?> _values;

    /// <param name="method">Whose body it is; null outside all.</param>
    public Scope(IMethodSymbol? method = null)
        : this(method, new(SymbolEqualityComparer.Default))
    {
    }

    private Scope(IMethodSymbol? method, Dictionary<ISymbol, Expr?> values) => (Method, _values) = (method, values);

    public IMethodSymbol? Method { get; }

    public IReadOnlyList<ISymbol> Known => [.. _values.Keys];

    /// <summary>Null for what has no value yet, and for a position, which has none of its own.</summary>
    public Expr? this[ISymbol symbol]
    {
        get => _values.TryGetValue(symbol, out var value) ? value : null;
        set => _values[symbol] = value;
    }

    public Scope Copy() => Within(Method);

    /// <summary>The same in the body of a local function, which sees what is around it as it is where it is called.</summary>
    public Scope Within(IMethodSymbol? method) => new(method, new Dictionary<ISymbol, Expr?>(_values, SymbolEqualityComparer.Default));
}
