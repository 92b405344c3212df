using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using AttnDsl.Generator.Tests.Interpretation;

namespace AttnDsl.Generator.Tests.Derivatives;

/// <summary>Values of some tensors by name; a tensor is one array, or one for each turn.</summary>
internal sealed class NamedValues
{
    private readonly Dictionary<string, List<Complex[,]>> _values = [];

    public IEnumerable<string> Names => _values.Keys;

    public void Add(string name, List<Complex[,]> arrays) => _values.Add(name, arrays);

    public int Count(string name) => _values[name].Sum(a => a.Length);

    /// <summary>All elements of a tensor, one array after the other.</summary>
    public IEnumerable<Complex> Elements(string name) => _values[name].SelectMany(a => a.Cast<Complex>());

    /// <summary>Copies in tensors, where programs find them.</summary>
    /// <param name="suffix">Behind their names.</param>
    public Tensors CopyTo(Tensors tensors, string suffix = "")
    {
        foreach (var (name, arrays) in _values)
        {
            var tensor = tensors[name + suffix];
            tensor.Values = (Complex[,]?)arrays.FirstOrDefault()?.Clone();
            for (var n = 0; n < arrays.Count; n++) tensor.Slots[n] = (Complex[,])arrays[n].Clone();
        }

        return tensors;
    }

    /// <summary>The same, one tensor moved by i·step along a direction.</summary>
    public NamedValues Moved(string moved, IReadOnlyList<double> direction, double step)
    {
        var values = new NamedValues();
        foreach (var (name, arrays) in _values)
        {
            var n = 0;
            values.Add(name, name == moved ? [.. arrays.Select(a => Operations.Fill(a.GetLength(0), a.GetLength(1), (i, j) => a[i, j] + new Complex(0, step * direction[n++])))] : arrays);
        }

        return values;
    }

    /// <summary>Arrays of the same shapes, under the names of others.</summary>
    public NamedValues Like(Func<double> value)
    {
        var values = new NamedValues();
        foreach (var (name, arrays) in _values) values.Add(name, [.. arrays.Select(a => Operations.Fill(a.GetLength(0), a.GetLength(1), (_, _) => value()))]);
        return values;
    }

    /// <summary>Of tensors that a program wrote.</summary>
    public static NamedValues From(Tensors tensors, params IEnumerable<string> names)
    {
        var values = new NamedValues();
        foreach (var name in names) values.Add(name, tensors[name] is { Slots.Count: > 0 } kept ? [.. kept.Slots.OrderBy(s => s.Key).Select(s => s.Value)] : tensors[name].Values is { } whole ? [whole] : []);
        return values;
    }
}
