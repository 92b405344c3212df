using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;

namespace AttnDsl.Generator.Emit.Cpu;

/// <summary>A loop printed as a method beside its kernel; its variables are the kernel's, passed under the same names.</summary>
internal sealed class OutlinedLoop
{
    private static readonly Regex s_variables = new(@"\b(C|R|t|query|queryFirst|keyFirst|partFirst|ahead|head|headCount|sinkGap|window|\w+Step)\b", RegexOptions.CultureInvariant);

    private readonly string _name;
    private readonly string _formula;
    private readonly string _body;
    private readonly IReadOnlyList<string> _tiles;
    private readonly IReadOnlyList<string> _variables;

    /// <param name="taken">Names of methods beside it, to which its own is added.</param>
    public OutlinedLoop(string kernel, string target, string formula, string body, IReadOnlyList<string> tiles, ISet<string> taken)
    {
        var name = kernel + char.ToUpperInvariant(target[0]) + target.Substring(1);
        // Tiles are numbered too: what comes second of one may be called what the second of another is. And one kernel's name may begin with another's.
        _name = name;
        for (var n = 2; !taken.Add(_name); n++) _name = name + n.ToString(CultureInfo.InvariantCulture);
        (_formula, _body, _tiles) = (formula, body, tiles);
        _variables = [.. s_variables.Matches(body).Cast<Match>().Select(m => m.Value).Distinct().Except(tiles).OrderBy(v => v, System.StringComparer.Ordinal)];
    }

    public string Call => $"{_name}<TVec>({string.Join(", ", _variables.Concat(_tiles.Select(t => "ref " + t)))});";

    public void Write(SourceWriter w)
    {
        w.Line();
        w.Line($"/// <summary>{SurfaceEmitter.Xml(_formula)}</summary>");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]");
        w.Line($"private static void {_name}<TVec>({string.Join(", ", _variables.Select(v => (v.EndsWith("Step", System.StringComparison.Ordinal) ? "nint " : "int ") + v).Concat(_tiles.Select(t => "ref float " + t)))})");
        w.Line("    where TVec : struct, ISimd<TVec>");
        using (w.Braces()) w.Lines(_body.TrimEnd('\n'));
    }
}
