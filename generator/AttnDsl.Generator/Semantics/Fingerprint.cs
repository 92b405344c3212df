using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Model;

namespace AttnDsl.Generator.Semantics;

/// <summary>
/// What two declarations must have in common for one's saved state to mean the same to the other: the mathematics and the shapes,
/// not the forms, the schedule, the words or what follows from the rest. Everything in the record counts unless it is named here, so that no mechanism is forgotten;
/// what is null, false or zero is left out, so that a mechanism that is absent by such a value changes no old fingerprint.
/// </summary>
internal static class Fingerprint
{
    private static readonly HashSet<string> s_left = new(StringComparer.Ordinal)
    {
        nameof(DynamicalSystem.Forms), nameof(DynamicalSystem.ChunkSize), nameof(DynamicalSystem.Inputs), nameof(DynamicalSystem.Parameters), nameof(StateTensor.Meaning), nameof(StateTensor.Letters), nameof(MapDeclaration.Tabulated),
    };

    /// <summary>FNV-1a of <see cref="Text"/>.</summary>
    public static ulong Of(DynamicalSystem system) =>
        Encoding.UTF8.GetBytes(Text(system)).Aggregate(14695981039346656037ul, (hash, b) => unchecked((hash ^ b) * 1099511628211ul));

    /// <summary>The parts of a system that count, in an order and spelling that depend on nothing else.</summary>
    public static string Text(DynamicalSystem system) => Value(system);

    private static string Value(object value) => value switch
    {
        double x => x.ToString("R", CultureInfo.InvariantCulture),
        bool or string or Enum => value.ToString(),
        FunctionDeclaration own => own.Body is { } body ? Value(body) : "",
        // Of an expression nothing goes without saying.
        Expr e => $"{e.GetType().Name}({string.Join(",", e.GetType().GetProperties().Where(p => p.CanWrite).OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => Value(p.GetValue(e)!)))})",
        IConvertible number => number.ToString(CultureInfo.InvariantCulture),
        IEnumerable list => $"[{string.Join(",", list.Cast<object>().Select(Value))}]",
        _ => $"{{{string.Join(",", Members(value))}}}",
    };

    /// <summary>What a record was made with, by name; what is computed from that follows anyway.</summary>
    private static IEnumerable<string> Members(object record) =>
        from property in record.GetType().GetProperties().OrderBy(p => p.Name, StringComparer.Ordinal)
        where property.CanWrite && !s_left.Contains(property.Name)
        let value = property.GetValue(record)
        where value is not null && (Nullable.GetUnderlyingType(property.PropertyType) is not null || !IsDefault(value))
        select $"{property.Name}={Value(value)}";

    private static bool IsDefault(object value) => value.GetType().IsValueType && value.Equals(Activator.CreateInstance(value.GetType()));
}
