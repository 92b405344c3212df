using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using System.Reflection;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Parsing.Functions;
using AttnDsl.Generator.Tests.Harness;
using AttnDsl.Generator.Tests.Interpretation;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttnDsl.Generator.Tests.Functions;

/// <summary>
/// Methods with their translations. They are translated as methods of floats and called as the same methods of doubles, so that what the
/// two say can be compared to many digits.
/// </summary>
internal sealed class Translated
{
    private readonly CSharpCompilation _floats;
    private readonly Assembly _doubles;

    /// <param name="members">Members of a class, with <c>R</c> for the kind of number and <c>M</c> for its functions.</param>
    public Translated(string members)
    {
        string Source(string number, string functions) => $"#pragma warning disable CS0162, CS0219, CS1718 // Random code has dead ends.\nusing System; using AttnDsl; using R = System.{number}; using M = System.{functions}; public static class F {{ {members} }}";
        _floats = new Project(Source("Single", "MathF")).Compile();
        _doubles = new Project(Source("Double", "Math")) { Name = "Doubles" }.Generate().Load().Assembly;
    }

    /// <summary>Of the method's first parameter, and of positions.</summary>
    public Expr Translation(string name)
    {
        var method = (IMethodSymbol)_floats.GetTypeByMetadataName("F")!.GetMembers(name).Single();
        return FunctionTranslator.Translate(method, [.. method.Parameters.Select((p, n) => ValueTranslator.IsPosition(p.Type) ? null : new Arg(n))], _floats, default);
    }

    /// <summary>What the method itself says.</summary>
    public double Call(string name, double x, (int Query, int Key, int Head)? at = null)
    {
        var method = _doubles.GetType("F")!.GetMethod(name)!;
        return Convert.ToDouble(method.Invoke(null, [.. method.GetParameters().Select(p => Argument(p.ParameterType))]), System.Globalization.CultureInfo.InvariantCulture);

        object Argument(Type type)
        {
            type = type.IsByRef ? type.GetElementType()! : type;
            if (type == typeof(double)) return x;
            return Activator.CreateInstance(type, at!.Value.Query, at.Value.Key, at.Value.Head)!;
        }
    }

    /// <summary>What the translation says.</summary>
    public static double Value(Expr e, double x, (int Query, int Key, int Head)? at = null) =>
        Evaluation.Of(e, new([new Complex(x, 0)], at?.Query, at?.Key, at?.Head ?? 0, new Dictionary<string, int>())).Real;

    public static bool Agree(double expected, double actual) => double.IsNaN(expected) ? double.IsNaN(actual) : expected == actual || Math.Abs(expected - actual) <= 1e-9 * Math.Max(1, Math.Abs(expected));
}
