using System;
using System.Collections.Generic;
using System.Numerics;

namespace AttnDsl.Generator.Tests.Interpretation;

/// <summary>What a program loads from and stores to under one name: its rows or its whole, and what was kept for each turn.</summary>
internal sealed class Tensor
{
    /// <summary>Token by column, or the whole; null until something is written.</summary>
    public Complex[,]? Values { get; set; }

    public Dictionary<int, Complex[,]> Slots { get; } = [];
}

/// <summary>Tensors by name.</summary>
/// <param name="make">Finds or makes the one that is asked for first; without it, a new one.</param>
internal sealed class Tensors(Func<string, Tensor>? make = null)
{
    private readonly Dictionary<string, Tensor> _tensors = [];

    public Tensor this[string name] => _tensors.TryGetValue(name, out var tensor) ? tensor : _tensors[name] = make?.Invoke(name) ?? new();
}
