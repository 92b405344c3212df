using System;
using System.Collections.Generic;
using System.Globalization;

namespace AttnDsl.Generator.Emit;

/// <summary>Numbers and names as C# writes them: shortest text that reads back as the same value, culture-free.</summary>
internal static class Literals
{
    private static readonly HashSet<string> s_keywords =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default", "delegate", "do", "double", "else",
        "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto", "if", "implicit", "in", "int", "interface", "internal", "is", "lock",
        "long", "namespace", "new", "null", "object", "operator", "out", "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte", "sealed",
        "short", "sizeof", "stackalloc", "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort", "using",
        "virtual", "void", "volatile", "while",
    ];

    /// <summary>A name, escaped where it is a keyword.</summary>
    public static string Identifier(string name) => s_keywords.Contains(name) ? "@" + name : name;

    public static string Float(double value)
    {
        var f = (float)value;
        if (float.IsNaN(f)) return "float.NaN";
        if (float.IsInfinity(f)) return f > 0 ? "float.PositiveInfinity" : "float.NegativeInfinity";
        if (f == 0 && 1 / f < 0) return "-0f";
        return Shortest(f).Replace("E+", "e").Replace("E", "e") + "f";
    }

    private static string Shortest(float f)
    {
        // netstandard's "R" of the host may print 9 digits where fewer do.
        for (var digits = 1; digits <= 9; digits++)
        {
            var shorter = f.ToString("G" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (float.Parse(shorter, CultureInfo.InvariantCulture) == f) return shorter;
        }

        return f.ToString("R", CultureInfo.InvariantCulture);
    }

    public static string Double(double value) => value.ToString("R", CultureInfo.InvariantCulture) + "d";

    /// <summary>For people: what was written as 0.1f is 0.1.</summary>
    public static string Number(double value)
    {
        if ((float)value == value && value != Math.Floor(value)) value = double.Parse(Shortest((float)value), CultureInfo.InvariantCulture);
        return value.ToString("0.################", CultureInfo.InvariantCulture) is var s && s != "0" && s != "-0"
            ? s
            : value == 0 ? "0" : value.ToString("R", CultureInfo.InvariantCulture);
    }

    public static string Integer(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>With thousands separated by a thin gap, for people.</summary>
    public static string Grouped(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
