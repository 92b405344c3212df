using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using Xunit;

namespace AttnDsl.Generator.Tests.Derivatives;

/// <summary>No primitive, and no variant of one, goes without the tests of <see cref="PrimitiveTests"/>.</summary>
public sealed class CoverageTests
{
    /// <summary>Variants that shape rules refuse.</summary>
    private static readonly Primitive[] s_refused =
    [
        new MatMul(TransposeA: true, TransposeB: true),
        .. from variant in new[] { (Fold.Sum, Along.Rows), (Fold.Max, Along.Rows), (Fold.Max, Along.Cols) } select new Reduce(variant.Item1, variant.Item2, new Arg(0), new(Dim.K, Dim.K), IsCarried: true),
    ];

    public static TheoryData<string> Primitives => [.. Types.Select(t => t.Name)];

    private static IEnumerable<Type> Types => typeof(Primitive).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Primitive)) && !t.IsAbstract).OrderBy(t => t.Name, StringComparer.Ordinal);

    /// <summary>Every value of what a primitive can be told by a flag or an enumeration, with every other.</summary>
    [Theory]
    [MemberData(nameof(Primitives))]
    public void EveryVariant_HasACase(string name)
    {
        var type = Types.Single(t => t.Name == name);
        var switches = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite && (p.PropertyType == typeof(bool) || p.PropertyType.IsEnum)).ToList();
        IEnumerable<string> variants = [""];
        foreach (var p in switches)
        {
            var values = p.PropertyType.IsEnum ? Enum.GetValues(p.PropertyType).Cast<object>() : [false, true];
            variants = variants.SelectMany(v => values.Select(value => $"{v} {p.Name} = {value}")).ToList();
        }

        string Variant(Primitive op) => string.Concat(switches.Select(p => $" {p.Name} = {p.GetValue(op)}"));
        var tested = PrimitiveCase.All.Select(c => c.Op).Concat(s_refused).Where(op => op.GetType() == type).Select(Variant);
        Assert.Empty(variants.Except(tested));
    }

    [Fact]
    public void Refused_IsRefused()
    {
        var square = new Tile("square", new(Dim.K, Dim.K));
        Assert.All(s_refused, op => Assert.Throws<ShapeException>(() => op.ShapeOf([square, square])));
    }
}
