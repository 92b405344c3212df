using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace AttnDsl.Generator.Emit.Ptx;

/// <summary>What a register holds.</summary>
internal enum PtxType
{
    /// <summary>A number of 16 bits.</summary>
    B16,

    /// <summary>A whole number, or two numbers of 16 bits.</summary>
    B32,

    /// <summary>An address.</summary>
    B64,

    F32,

    /// <summary>A condition.</summary>
    Pred,
}

/// <summary>The text of one kernel: instructions and labels in order, registers declared as they are asked for.</summary>
internal sealed class PtxWriter
{
    private readonly StringBuilder _text = new();
    private readonly Dictionary<PtxType, List<string>> _registers = [];
    private readonly HashSet<string> _names = [];

    /// <summary>A register of its own.</summary>
    public string New(PtxType type, string name)
    {
        var unique = Unique("%" + name);
        if (!_registers.TryGetValue(type, out var all)) _registers[type] = all = [];
        all.Add(unique);
        return unique;
    }

    public string[] New(PtxType type, string name, int count) => [.. Enumerable.Range(0, count).Select(n => New(type, $"{name}_{Literals.Integer(n)}"))];

    /// <summary>A whole number computed by one instruction.</summary>
    public string Int(string name, string operation, params string[] operands) => Result(PtxType.B32, name, operation, operands);

    public string Float(string name, string operation, params string[] operands) => Result(PtxType.F32, name, operation, operands);

    public string Address(string name, string operation, params string[] operands) => Result(PtxType.B64, name, operation, operands);

    public string Condition(string name, string operation, params string[] operands) => Result(PtxType.Pred, name, operation, operands);

    public void Op(string operation, params string[] operands) => Line($"    {operation}{(operands.Length == 0 ? "" : " ")}{string.Join(", ", operands)};");

    /// <summary>Under a condition.</summary>
    public void OpIf(string condition, string operation, params string[] operands) => Line($"    @{condition} {operation} {string.Join(", ", operands)};");

    /// <summary>A label that nothing else has.</summary>
    public string NewLabel(string name) => Unique("$" + name);

    public void Label(string label) => Line(label + ":");

    /// <summary>The assembler reads nothing but ASCII, in comments too.</summary>
    public void Comment(string text) => Line("    // " + Ascii(text));

    private static string Ascii(string text) => string.Concat(text.Select(c => c switch
    {
        '←' => "<-",
        '−' => "-",
        '·' => "*",
        'Σ' => "sum ",
        '∂' => "d",
        '≤' => "<=",
        'ᵀ' => "'",
        '∞' => "inf",
        '→' => "->",
        'Δ' => "D",
        > '~' => "?",
        _ => c.ToString(),
    }));

    public void Line(string line = "") => _text.Append(line).Append('\n');

    /// <summary>A number as an operand: its bits, so that nothing is rounded on the way.</summary>
    public static string Constant(double value) =>
        "0f" + BitConverter.ToUInt32(BitConverter.GetBytes((float)value), 0).ToString("X8", System.Globalization.CultureInfo.InvariantCulture);

    public static string Set(IEnumerable<string> registers) => "{" + string.Join(", ", registers) + "}";

    /// <summary>The declarations, then everything written.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (type, names) in _registers.OrderBy(r => r.Key).Select(r => (r.Key, r.Value)))
        {
            for (var n = 0; n < names.Count; n += 12)
                text.Append($"    .reg .{type.ToString().ToLowerInvariant()} {string.Join(", ", names.Skip(n).Take(12))};\n");
        }

        return text.Append('\n').Append(_text).ToString();
    }

    private string Result(PtxType type, string name, string operation, string[] operands)
    {
        var result = New(type, name);
        Op(operation, [result, .. operands]);
        return result;
    }

    private string Unique(string name)
    {
        var unique = name;
        for (var n = 2; !_names.Add(unique); n++) unique = $"{name}_{Literals.Integer(n)}x";
        return unique;
    }
}
