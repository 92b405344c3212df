using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Emit.Gpu;

/// <summary>A kernel of a layer as an ILGPU method: its parameters, what it derives from an item's number, and what a launch hands to it.</summary>
internal sealed class GpuSignature
{
    private readonly LayerPlan _layer;
    private readonly LayerKernel _kernel;
    private readonly IReadOnlyList<KernelParameter> _cpu;

    public GpuSignature(LayerPlan layer, LayerKernel kernel)
    {
        (_layer, _kernel) = (layer, kernel);
        _cpu = [.. kernel.OnGpu.Parameters.SelectMany(p => p)];
        // What is gathered, scattered or nowhere needs no stride; the rest has one step a tensor.
        Tensors = [.. _cpu.Where(p => p.Kind == ParameterKind.Rows).Select(p => p.Name)];
    }

    public string Name => _kernel.Name;

    public string Summary => _kernel.Summary;

    public CpuPlan Plan => _kernel.OnGpu.Plan;

    public string? Window => _kernel.OnGpu.Window;

    public int SinkTokens => _kernel.OnGpu.SinkTokens;

    public bool Causal => _kernel.OnGpu.Causal;

    public Expressions.Expr? BlockMask => _kernel.OnGpu.BlockMask;

    public IReadOnlyList<string> PerToken => _kernel.OnGpu.PerToken;

    public bool MeasuresGap => _kernel.OnGpu.MeasuresGap;

    /// <summary>Floats of tiles a group: what the CPU's primitives need beside them is not needed here.</summary>
    public int ScratchFloats => Plan.ScratchOffset;

    /// <summary>The tensors of rows, in the order of the parameters.</summary>
    public IReadOnlyList<string> Tensors { get; }

    public bool HasStates => Wholes.Any(p => !IsGradient(p.Name));

    public bool HasStateGradients => Wholes.Any(p => IsGradient(p.Name));

    public bool HasKept => Slots.Any();

    public IReadOnlyList<string> Parameters =>
    [
        "LayerCall call",
        .. Tensors.Select(t => $"TensorView {t}"),
        .. Views.Select(v => $"ArrayView<float> {v}"),
    ];

    /// <summary>The parameters that are plain views.</summary>
    public IReadOnlyList<string> Views =>
    [
        .. HasStates ? ["states"] : Array.Empty<string>(),
        .. HasStateGradients ? ["stateGrads"] : Array.Empty<string>(),
        .. HasKept ? ["kept"] : Array.Empty<string>(),
        .. Learned.Where(p => PartOf(p) is null).Select(p => p.Name + "All"),
        .. Learned.Any(p => PartOf(p) is not null) ? ["tableAll"] : Array.Empty<string>(),
        .. ScratchFloats > 0 ? ["scratch"] : Array.Empty<string>(),
    ];

    private IEnumerable<KernelParameter> Wholes => _cpu.Where(p => p.Kind == ParameterKind.Whole);

    /// <summary>Learned tensors, and the places for what every item contributes to their gradients.</summary>
    private IEnumerable<KernelParameter> Learned => _cpu.Where(p => p.Kind is ParameterKind.Learned or ParameterKind.LearnedGradient);

    /// <summary>Where a part of the table begins; null of what is learned.</summary>
    private int? PartOf(KernelParameter p) =>
        _layer.System.Map.Table is { } table && table.Parts.Any(part => part.Tensor == p.Name) ? table.Parts.First(part => part.Tensor == p.Name).Offset : null;

    private IEnumerable<KernelParameter> Slots => _cpu.Where(p => p.Kind == ParameterKind.Slot);

    /// <summary>Heads that add to one gradient are one item, so that no two groups write to one place.</summary>
    private bool IsGrouped => _kernel.Unit == WorkUnit.QueryHead || (_kernel.Unit == WorkUnit.KeyBlock && _layer.System.KeyValueHeads is not null);

    public string ItemSentence => _kernel.Unit switch
    {
        WorkUnit.QueryBlock => "An item is a block of queries of one head of one sequence.",
        WorkUnit.KeyBlock => "An item is a block of keys of one head of one sequence.",
        WorkUnit.KeyValueHead => "An item is a key/value head of one sequence.",
        WorkUnit.QueryHead => "An item is a query head of one sequence; its state heads follow one another.",
        _ => "An item is a head of one sequence.",
    };

    /// <summary>What all items share.</summary>
    public IEnumerable<string> Locals
    {
        get
        {
            foreach (var p in _cpu)
            {
                if (p.Kind == ParameterKind.Time) yield return $"int time = call.{(_kernel.Unit == WorkUnit.QueryBlock && _layer.System.Family == StateFamily.Cache ? "KeyRows" : "Time")};";
                if (p.Kind == ParameterKind.QueryFirst) yield return "int queryFirst = call.QueryFirst;";
                if (p.Kind == ParameterKind.KeyFirst) yield return "int keyFirst = call.KeyFirst;";
            }

            if (_cpu.Any(p => p.Kind == ParameterKind.HeadCount)) yield return $"int headCount = call.Heads{(IsGrouped ? " * call.Group" : "")};";
            if (_cpu.Any(p => p.Kind == ParameterKind.SinkGap)) yield return "int sinkGap = call.SinkGap;";
            if (Window == "window") yield return "int window = call.Window;";
            var steps = Tensors.Where(t => !_cpu.Any(p => KernelSignature.Sink(p.Name) == t)).ToList();
            if (steps.Count > 0) yield return $"int {string.Join(", ", steps.Select(t => $"{t}Step = {t}.Time"))};";
        }
    }

    /// <summary>Where an item stands.</summary>
    public IEnumerable<string> ItemLocals
    {
        get
        {
            var head = IsGrouped ? "shared" : "h";
            if (_kernel.Unit is WorkUnit.QueryBlock or WorkUnit.KeyBlock)
            {
                if (_kernel.Unit == WorkUnit.QueryBlock && Plan.Sizes.R == 1)
                {
                    yield return $"int query = item % call.Blocks, b = item / call.Blocks / call.Heads, {head} = item / call.Blocks % call.Heads;";
                    yield break;
                }

                yield return $"int block = item % call.Blocks, b = item / call.Blocks / call.Heads, {head} = item / call.Blocks % call.Heads;";
                var (rows, first, size, end) = _kernel.Unit == WorkUnit.KeyBlock ? ("C", "t", Plan.Sizes.C, "KeyRows") : ("R", "query", Plan.Sizes.R, "Time");
                yield return $"int {first} = block * {size};";
                yield return $"int {rows} = Math.Min({size}, call.{end} - {first});";
            }
            else
            {
                yield return $"int b = item / call.Heads, {head} = item % call.Heads;";
            }
        }
    }

    /// <summary>The loop over heads that add to one gradient.</summary>
    public string? HeadLoop => IsGrouped ? "for (int h = shared * call.Group; h < (shared + 1) * call.Group; h++)" : null;

    /// <summary>The states of a head.</summary>
    public IEnumerable<string> UnitLocals
    {
        get
        {
            var system = _layer.System;
            var unit = IsGrouped ? "b * call.Heads * call.Group + h" : _kernel.Unit == WorkUnit.KeyValueHead && system.ValueHeads is not null ? "(b * call.Heads + h) * call.Group" : "b * call.Heads + h";
            // A cache's head carries some floats for itself and two for each of its query heads.
            var cache = system.Family == StateFamily.Cache;
            var shared = cache && system.KeyValueHeads is not null && _kernel.Unit == WorkUnit.StateHead;
            foreach (var p in Wholes)
            {
                var floats = cache ? (IsGradient(p.Name) ? "call.StateGradUnit" : "call.StateUnit") : Literals.Integer(StateLayout.UnitFloats(system));
                var head = shared ? $"({unit}) / call.Group" : unit;
                var part = IsGradient(p.Name) ? p.Name.Substring(0, p.Name.Length - 4) : p.Name;
                var offset = StateLayout.Offset(system, part);
                var state = system.States.First(s => s.Name == part);
                yield return $"var {p.Name} = {(IsGradient(p.Name) ? "stateGrads" : "states")}.SubView((long)({head}) * {floats}{(shared ? " + h % call.Group * 2" : "")}{(offset == 0 ? "" : $" + {offset}")}); // [{state.Rows},{state.Cols}]";
            }

            foreach (var p in Learned)
            {
                if (PartOf(p) is { } offset)
                {
                    var head = system.Map.Options.PerHead ? $"(long){HeadOf(HeadCount.Query)} * {system.Map.Table!.Floats} + " : "";
                    yield return $"var {p.Name} = tableAll.SubView({head}{offset});";
                    continue;
                }

                var tensor = system.Parameters.First(t => p.Name == t.Tensor || p.Name == t.Tensor + "Grad");
                // Items are numbered by the heads that kernels deal with; a state may lie with others.
                var place = IsGrouped ? unit : "b * call.Heads + h";
                var item = _kernel.Unit is WorkUnit.QueryBlock or WorkUnit.KeyBlock ? $"(({place}) * call.Blocks + {(_kernel.Unit == WorkUnit.QueryBlock && Plan.Sizes.R == 1 ? "query" : "block")})" : $"({place})";
                var part = p.Kind == ParameterKind.LearnedGradient ? item : tensor.PerHead is { } count ? HeadOf(count) : "0";
                yield return $"var {p.Name} = {p.Name}All.SubView((long){part} * {tensor.Floats}); // {tensor.Letters}";
            }

            foreach (var p in Slots)
            {
                var offset = _layer.Backward.Kept.TakeWhile(k => k.Tensor != p.Name).Sum(k => k.Floats);
                yield return $"var {p.Name} = kept.SubView((long)({unit}) * call.Chunks * {_layer.Backward.KeptFloats}{(offset == 0 ? "" : $" + (long)call.Chunks * {offset}")}); // one a chunk";
            }
        }
    }

    /// <summary>The rows of a tensor that belong to this turn's block.</summary>
    public string Rows(string tensor, Dim rows)
    {
        var at = $".At(b, {(rows == Dim.R ? "query" : "t")}, {HeadOf(tensor)}){(IsPerQueryHead(tensor) ? ".SubView(h % call.Group)" : "")}";
        var parted = SinkTokens > 0 && rows == Dim.C && Plan.Program.Visits == Visits.Visible;
        return parted ? $"sinks ? {KernelSignature.Sink(tensor)}{at} : {tensor}{at}" : tensor + at;
    }

    /// <summary>A row of a tensor by its number.</summary>
    public string Row(string tensor, string row) => $"{tensor}.At(b, {row}, {HeadOf(tensor)})";

    /// <summary>Whether a row of key heads holds a float for each query head.</summary>
    private bool IsPerQueryHead(string tensor) =>
        _layer.System.KeyValueHeads is not null && (tensor.StartsWith("keyGate", StringComparison.Ordinal) || _layer.System.Prepared.Any(p => p.PerQueryHead && (tensor == p.Tensor || tensor == p.Tensor + "Grad")));

    private string HeadOf(string tensor)
    {
        var system = _layer.System;
        var key = HeadOf(HeadCount.KeyValue);
        switch (tensor)
        {
            case "cos" or "sin" or "place":
                return "0";
            case "lse" or "o" or "oGrad":
                return "h";
            case "keys" or "values" or "keysGrad" or "valuesGrad" or "keyGates" or "keyGateRests" or "keyGatesGrad":
                return key;
        }

        var name = IsGradient(tensor) ? tensor.Substring(0, tensor.Length - 4) : tensor;
        return HeadOf(system.Prepared.Where(p => p.Tensor == name).Select(p => p.HeadCount).Concat(system.Inputs.Where(i => i.Tensor == name).Select(i => i.HeadCount)).First());
    }

    /// <summary>The index along a tensor's head axis, from the head that a kernel works on.</summary>
    private string HeadOf(HeadCount count)
    {
        var system = _layer.System;
        return count switch
        {
            HeadCount.State => "h",
            HeadCount.Shared => "0",
            HeadCount.KeyValue => _kernel.Unit == WorkUnit.KeyValueHead || system.KeyValueHeads is null ? "h" : "h / call.Group",
            _ => _kernel.Unit == WorkUnit.KeyValueHead || system.ValueHeads is null ? "h" : "h / call.Group",
        };
    }

    private static bool IsGradient(string tensor) => tensor.EndsWith("Grad", StringComparison.Ordinal);
}
