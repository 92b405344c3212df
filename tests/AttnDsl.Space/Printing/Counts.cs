using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using AttnDsl.Conformance.Support;
using AttnDsl.Space.Faces;
using AttnDsl.Space.Running;

namespace AttnDsl.Space.Printing;

/// <summary>The outcomes so far.</summary>
internal sealed class Counts
{
    /// <summary>The worst of those beyond a bar that are printed.</summary>
    private const int Shown = 5;

    private readonly Dictionary<Verdict, int> _points = [];
    private readonly Dictionary<Grade, int> _measures = [];
    private readonly Dictionary<Verdict, SortedDictionary<string, int>> _ids = [];
    private readonly Dictionary<Grade, List<(string Command, Measure Measure)>> _beyond = [];
    private readonly SortedDictionary<string, Dictionary<Verdict, int>> _kinds = new(StringComparer.Ordinal);
    private int _pointsBeyond;
    private int _secondDraws;

    public int Points => _points.Values.Sum();

    /// <summary>The third outcomes.</summary>
    public List<Finding> Third { get; } = [];

    public string Line => $"{Of(Verdict.Matches) + Of(Verdict.Compiles) + Of(Verdict.Warned)} sound, {Of(Verdict.Refused)} refused, {Third.Count} third";

    public void Add(Finding finding)
    {
        _points[finding.Verdict] = Of(finding.Verdict) + 1;
        if (finding.Verdict == Verdict.Third) Third.Add(finding);
        if (finding.IsSecondDraw) _secondDraws++;
        if (finding.Kind is { } kind)
        {
            if (!_kinds.TryGetValue(kind, out var verdicts)) _kinds[kind] = verdicts = [];
            verdicts[finding.Verdict] = verdicts.GetValueOrDefault(finding.Verdict) + 1;
        }

        foreach (var id in finding.Ids)
        {
            if (!_ids.TryGetValue(finding.Verdict, out var ids)) _ids[finding.Verdict] = ids = new(StringComparer.Ordinal);
            ids[id] = ids.GetValueOrDefault(id) + 1;
        }

        if (finding.Beyond.Any(m => m.Grade is Grade.Conditioned or Grade.Cancelling)) _pointsBeyond++;
        if (finding.Met > 0) _measures[Grade.Met] = _measures.GetValueOrDefault(Grade.Met) + finding.Met;
        foreach (var measure in finding.Beyond)
        {
            _measures[measure.Grade] = _measures.GetValueOrDefault(measure.Grade) + 1;
            if (!_beyond.TryGetValue(measure.Grade, out var beyond)) _beyond[measure.Grade] = beyond = [];
            beyond.Add((finding.Command, measure));
        }
    }

    public void Print(TextWriter output)
    {
        foreach (var finding in Third.OrderBy(o => o.Index)) output.WriteLine($"third outcome: {finding.Command}\n{finding.Reason}\n");
        output.WriteLine($"{Points,7} points");
        Row(Verdict.Matches, "compile without a warning and match the reference loops in every face");
        Row(Verdict.Compiles, "compile without a warning (not run)");
        Row(Verdict.Warned, "are warned of by name, and match all the same");
        Row(Verdict.Refused, "are refused by name");
        output.WriteLine($"{Third.Count,7} third outcomes");
        foreach (var (kind, verdicts) in _kinds) output.WriteLine($"{verdicts.Values.Sum(),7} {kind}: {string.Join(", ", verdicts.OrderBy(v => v.Key).Select(v => $"{v.Key} {v.Value}"))}");
        if (_secondDraws > 0) output.WriteLine($"{_secondDraws,7} of them on inputs drawn a second time");
        if (_measures.Count == 0) return;
        output.WriteLine($"{_measures.Values.Sum(),7} comparisons with float64, in {_pointsBeyond} points some beyond the bars of {Tolerances.Float32} and, for gradients, {Tolerances.Float32Gradient}:");
        Beyond(Grade.Conditioned, $"within {Float32.Factor} times the error of the naive float32 loops");
        Beyond(Grade.Cancelling, $"gradients that all but cancel: within the bar when measured as {Slopes.LeastPart} of the largest gradient of the layer");

        void Row(Verdict verdict, string text)
        {
            if (Of(verdict) > 0) output.WriteLine($"{Of(verdict),7} {text}{(_ids.TryGetValue(verdict, out var ids) ? ": " + string.Join(", ", ids.Select(id => $"{id.Key} {id.Value}")) : "")}");
        }

        void Beyond(Grade grade, string text)
        {
            output.WriteLine($"{_measures.GetValueOrDefault(grade),7} {text}");
            foreach (var (point, measure) in _beyond.GetValueOrDefault(grade, []).OrderByDescending(b => b.Measure.Error / b.Measure.Float32).Take(Shown)) output.WriteLine($"          {measure} {point}");
        }
    }

    private int Of(Verdict verdict) => _points.GetValueOrDefault(verdict);
}
