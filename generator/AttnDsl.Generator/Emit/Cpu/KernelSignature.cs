using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Emit.Cpu;

internal enum ParameterKind { Time, Query, QueryRows, Key, KeyRows, QueryFirst, KeyFirst, Rows, Whole, Slot, Learned, LearnedGradient, Head, HeadCount, SinkGap, Window, Work }

/// <summary>One parameter of a kernel: what it stands for, and its name.</summary>
internal sealed record KernelParameter(ParameterKind Kind, string Name)
{
    public string Declaration => Kind switch
    {
        ParameterKind.Rows => $"ref float {Name}, nint {Name}Step",
        ParameterKind.Whole or ParameterKind.Slot or ParameterKind.Learned or ParameterKind.LearnedGradient or ParameterKind.Work => $"ref float {Name}",
        _ => $"int {Name}",
    };
}

/// <summary>A planned program as a method: its name and its parameters, in lines as they are printed.</summary>
internal sealed class KernelSignature
{
    /// <param name="window">The window's length as C#, or null without one.</param>
    /// <param name="causal">Whether keys are hidden from earlier queries.</param>
    /// <param name="blockMask">Which blocks of keys a block of queries may see, where a mask says so.</param>
    /// <param name="perToken">What of each query the mask asks for.</param>
    public KernelSignature(string name, CpuPlan plan, string? window = null, int sinkTokens = 0, bool causal = true, Expr? blockMask = null, IReadOnlyList<string>? perToken = null)
    {
        (Name, Plan, Window, SinkTokens, Causal, BlockMask, PerToken) = (name, plan, window, sinkTokens, causal, blockMask, perToken ?? []);
        Parameters = [.. Lines()];
    }

    public string Name { get; }

    public CpuPlan Plan { get; }

    public string? Window { get; }

    public int SinkTokens { get; }

    public bool Causal { get; }

    public Expr? BlockMask { get; }

    /// <summary>What comes with each query and decides, beside positions, which blocks it may see.</summary>
    public IReadOnlyList<string> PerToken { get; }

    /// <summary>Whether rows of keys may lie before their positions, which a mask of blocks is about.</summary>
    public bool MeasuresGap => BlockMask is not null && Window is not null;

    public IReadOnlyList<IReadOnlyList<KernelParameter>> Parameters { get; }

    private IEnumerable<IReadOnlyList<KernelParameter>> Lines()
    {
        var p = Plan.Program;
        var sizes = new List<KernelParameter>();
        if (p.Visits != Visits.BeforeDescending) sizes.Add(new(ParameterKind.Time, "time"));
        if (p.Grid == Dim.C) sizes.AddRange([new(ParameterKind.Key, "t"), new(ParameterKind.KeyRows, "C")]);
        if (p.Grid == Dim.R) sizes.Add(new(ParameterKind.Query, "query"));
        if (p.Grid == Dim.R && Plan.Sizes.R > 1) sizes.Add(new(ParameterKind.QueryRows, "R"));
        if (p.Visits == Visits.Visible) sizes.AddRange([new(ParameterKind.QueryFirst, "queryFirst"), new(ParameterKind.KeyFirst, "keyFirst")]);
        // Here positions are counted from the first row of keys.
        if (p.Visits == Visits.Seeing && Causal) sizes.Add(new(ParameterKind.QueryFirst, "queryFirst"));
        if (Uses(e => e is Position { Place: Place.Head }) || BlockMask?.Any(e => e is Position) == true) sizes.Add(new(ParameterKind.Head, "head"));
        if (Uses(e => e is RunTimeValue { Name: RunTimeValue.HeadCount })) sizes.Add(new(ParameterKind.HeadCount, RunTimeValue.HeadCount));
        if (MeasuresGap || Uses(e => e is RunTimeValue { Name: RunTimeValue.SinkGap })) sizes.Add(new(ParameterKind.SinkGap, RunTimeValue.SinkGap));
        if (Uses(e => e is RunTimeValue { Name: RunTimeValue.Window })) sizes.Add(new(ParameterKind.Window, RunTimeValue.Window));
        yield return sizes;

        var keyTensors = new HashSet<string>();
        var accesses = Accesses().ToList();
        foreach (var (tensor, access, rows, _) in accesses)
        {
            if (access != Access.Rows || !keyTensors.Add(tensor)) continue;
            var line = new List<KernelParameter> { new(ParameterKind.Rows, tensor) };
            if (SinkTokens > 0 && rows == Dim.C && p.Visits == Visits.Visible) line.Add(new(ParameterKind.Rows, Sink(tensor)));
            yield return line;
        }

        foreach (var (access, kind) in new[] { (Access.Whole, ParameterKind.Whole), (Access.Slot, ParameterKind.Slot) })
        {
            var tensors = accesses.Where(a => a.Access == access).Select(a => a.Tensor).Distinct().Select(t => new KernelParameter(kind, t)).ToList();
            if (tensors.Count > 0) yield return tensors;
        }

        var learned = accesses.Where(a => a.Access == Access.Parameter).Select(a => new KernelParameter(a.IsStore ? ParameterKind.LearnedGradient : ParameterKind.Learned, a.Tensor)).Distinct().ToList();
        if (learned.Count > 0) yield return learned;

        yield return [new(ParameterKind.Work, "work")];
    }

    /// <summary>The tensor that holds the first tokens of one that no longer does.</summary>
    public static string Sink(string tensor) => "sink" + char.ToUpperInvariant(tensor[0]) + tensor.Substring(1);

    private IEnumerable<(string Tensor, Access Access, Dim Rows, bool IsStore)> Accesses() =>
        from s in Plan.Program.Statements
        let access = s.Op switch
        {
            Load l => (l.Tensor, l.Access, l.Shape.Rows, IsStore: false),
            Store t => (t.Tensor, t.Access, s.Args[0].Shape.Rows, IsStore: true),
            _ => default,
        }
        where access.Tensor is not null
        orderby s.Op is Store
        select access;

    private bool Uses(System.Func<Expr, bool> test) => Plan.Steps.Any(s => s.Op switch
    {
        Map m => m.Expr.Any(test),
        Reduce r => r.Expr.Any(test),
        _ => false,
    });
}
