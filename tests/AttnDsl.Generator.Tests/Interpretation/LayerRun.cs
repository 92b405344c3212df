using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Tests.Interpretation;

/// <summary>
/// Interprets a layer's planned programs for one sequence, head by head, in whatever blocks are asked for: what the generated run does
/// around the kernels, with every tensor of every head an array of its own.
/// </summary>
internal sealed class LayerRun
{
    private readonly LayerPlan _plan;
    private readonly BlockSizes _sizes;
    private readonly Dictionary<(string Tensor, int Head), Tensor> _tensors = [];

    /// <param name="heads">Query heads.</param>
    public LayerRun(LayerPlan plan, BlockSizes sizes, int time, int heads)
    {
        (_plan, _sizes, Time, Heads) = (plan, sizes, time, heads);
        foreach (var state in System.States)
        for (var n = 0; n < OutputHeads; n++)
        {
            this[state.Name, n].Values = Operations.Fill(state.Rows, state.Cols, (_, _) => state.Initial);
            this[Adjoints.GradientOf(state.Name), n].Values = new Complex[state.Rows, state.Cols];
        }
    }

    public DynamicalSystem System => _plan.System;

    public int Time { get; }

    public int Heads { get; }

    public int OutputHeads => System.ValueHeads ?? Heads;

    /// <summary>Position of the first token.</summary>
    public int Position { get; init; }

    /// <summary>Where it is chosen at run time.</summary>
    public int Window { get; init; }

    public bool HoldsStabilisers { get; init; }

    /// <summary>A tensor of one of its own heads.</summary>
    public Tensor this[string tensor, int head]
    {
        get => _tensors.TryGetValue((tensor, head), out var known) ? known : _tensors[(tensor, head)] = new();
        private set => _tensors[(tensor, head)] = value;
    }

    /// <summary>How many heads a tensor has.</summary>
    public int HeadsOf(string tensor) => tensor switch
    {
        "cos" or "sin" or "place" => 1,
        "keys" => HeadsOf("k"),
        "values" => HeadsOf("v"),
        _ when tensor.EndsWith("Grad", StringComparison.Ordinal) => HeadsOf(tensor[..^"Grad".Length]),
        _ when System.Parameters.FirstOrDefault(p => p.Tensor == tensor) is { PerHead: null } => 1,
        _ => (System.Prepared.FirstOrDefault(p => p.Tensor == tensor) is { PerQueryHead: false } prepared ? prepared.HeadCount : System.Parameters.FirstOrDefault(p => p.Tensor == tensor)?.PerHead ?? System.Inputs.FirstOrDefault(i => i.Tensor == tensor)?.HeadCount) switch
        {
            HeadCount.Query => Heads,
            HeadCount.KeyValue => System.KeyValueHeads ?? Heads,
            _ => OutputHeads,
        },
    };

    /// <summary>Rows and columns of one head's: of an input, a state or the output.</summary>
    public (int Rows, int Cols) SizeOf(string tensor) =>
        tensor == "o" ? (Time, System.ValueDim)
        : System.States.FirstOrDefault(s => s.Name == tensor) is { } state ? (state.Rows, state.Cols)
        : System.Parameters.Any(p => p.Tensor == tensor) ? (_sizes.Of(ShapeOf(tensor).Rows), _sizes.Of(ShapeOf(tensor).Cols))
        : System.Inputs.First(i => i.Tensor == tensor) is var input ? (Time * input.RowsPerToken, Math.Max(1, input.Width)) : default;

    /// <summary>A parameter as programs load it.</summary>
    private Shape ShapeOf(string parameter) => _plan.Kernels.SelectMany(k => k.Plan.Program.Statements).Select(s => s.Op).OfType<Load>().First(l => l.Tensor == parameter).Shape;

    public void Forward(FormPlan form)
    {
        Prepare(form.Before);
        foreach (var kernel in _plan.Prepare) Launch(kernel);
        foreach (var kernel in form.Before.Append(form.Main)) Launch(kernel);
        if (form.UpdateState is { } update) Launch(update);
    }

    public void Backward()
    {
        Prepare(_plan.Backward.Forward);
        foreach (var p in System.Parameters)
        for (var h = 0; h < HeadsOf(p.Tensor); h++)
            this[Adjoints.GradientOf(p.Tensor), h].Values = new Complex[SizeOf(p.Tensor).Rows, SizeOf(p.Tensor).Cols];
        foreach (var kernel in _plan.Backward.Forward.Concat(_plan.Backward.Backward)) Launch(kernel);
    }

    /// <summary>Tables of angles; keys and values are the inputs themselves where no kernel puts them elsewhere.</summary>
    private void Prepare(IEnumerable<LayerKernel> kernels)
    {
        var appends = kernels.Any(k => k.Name == "Append");
        Alias("values", "v", !appends);
        Alias("keys", "k", !appends && !System.CopiesKeys);
        Alias("valuesGrad", "vGrad", true);
        Alias("keysGrad", "kGrad", !System.CopiesKeys);
        if (System.Levels > 0) this["place", 0].Values = Operations.Fill(Time, 1, (t, _) => Position + t);
        if (System.Angles is not { } angles) return;
        double Angle(int t, int p) => (Position + t) * angles.Step * Math.Pow(angles.Base, -(double)p / angles.Count);
        this["cos", 0].Values = Operations.Fill(Time, angles.Count, (t, p) => Math.Cos(Angle(t, p)));
        this["sin", 0].Values = Operations.Fill(Time, angles.Count, (t, p) => Math.Sin(Angle(t, p)));

        void Alias(string name, string of, bool holds)
        {
            for (var h = 0; holds && h < HeadsOf(of); h++) this[name, h] = this[of, h];
        }
    }

    private void Launch(LayerKernel kernel)
    {
        var sizes = kernel.Plan.Sizes.R == 1 ? _sizes with { R = 1 } : _sizes;
        var values = new Dictionary<string, int> { ["window"] = Window, ["headCount"] = Heads, ["sinkGap"] = 0 };
        // One of the query heads that share a key/value head, where the work is that head's.
        var step = kernel.Unit == WorkUnit.KeyValueHead ? OutputHeads / HeadsOf("k") : 1;
        for (var n = 0; n < OutputHeads; n += step)
        {
            // What an item contributes to the gradient of a learned tensor is its own; the sum follows.
            var contributions = System.Parameters.ToDictionary(p => Adjoints.GradientOf(p.Tensor), _ => new Tensor());
            var tensors = new Tensors(name => contributions.GetValueOrDefault(name) ?? this[name, n * HeadsOf(name) / OutputHeads]);
            ProgramRun.Run(kernel.Plan.Program, new(sizes.Of, Time * System.Writing.Steps) { Head = n, RunTimeValues = values, HoldsStabilisers = HoldsStabilisers }, tensors);
            foreach (var (name, part) in contributions.Where(c => c.Value.Values is not null))
            {
                var sum = this[name, n * HeadsOf(name) / OutputHeads];
                sum.Values = Operations.Fill(part.Values!.GetLength(0), part.Values.GetLength(1), (i, j) => sum.Values![i, j] + part.Values[i, j]);
            }
        }
    }
}
