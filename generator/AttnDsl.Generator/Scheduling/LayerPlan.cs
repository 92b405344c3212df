using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Lowering;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Scheduling;

/// <summary>What one unit of a kernel's work is; units run in any order, on any thread.</summary>
internal enum WorkUnit
{
    /// <summary>A sequence and state head, over all its tokens.</summary>
    StateHead,

    /// <summary>A sequence, output head and block of queries.</summary>
    QueryBlock,

    /// <summary>A sequence and head of keys, over all its tokens: a key/value head of a cache, a query head of a matrix layer.</summary>
    KeyValueHead,

    /// <summary>A sequence and query head, over all its tokens; its state heads one after the other, because they add to one gradient.</summary>
    QueryHead,

    /// <summary>A sequence, key/value head and block of keys; its query heads one after the other, because they add to one gradient.</summary>
    KeyBlock,
}

/// <summary>A kernel of the layer and what its summary says.</summary>
internal sealed record LayerKernel(KernelSignature Signature, WorkUnit Unit, string Summary)
{
    public string Name => Signature.Name;

    public CpuPlan Plan => Signature.Plan;

    /// <summary>The same kernel as a GPU runs it: by products, where a CPU takes the state along in registers.</summary>
    public KernelSignature OnGpu { get => _onGpu ?? Signature; init => _onGpu = value; }

    private readonly KernelSignature? _onGpu;

    /// <summary>The kernel that does the same where the call has a table of the map's functions; null where there is none.</summary>
    public LayerKernel? Tabulated { get; init; }
}

/// <summary>One way to compute the layer: kernels run one after the other.</summary>
/// <param name="Form">Which form it is.</param>
/// <param name="Before">Kernels that prepare.</param>
/// <param name="Main">The kernel that writes the outputs.</param>
/// <param name="UpdateState">Brings the state up to date behind <paramref name="Main"/>, where that kernel does not.</param>
internal sealed record FormPlan(Forms Form, IReadOnlyList<LayerKernel> Before, LayerKernel Main, LayerKernel? UpdateState);

/// <summary>How the gradients are computed.</summary>
/// <param name="Forward">Kernels that run forward once more and keep what is needed.</param>
/// <param name="Backward">Kernels that run backward, in this order.</param>
/// <param name="Kept">Carried tiles kept at the start of every chunk, with their floats.</param>
internal sealed record BackwardPlan(IReadOnlyList<LayerKernel> Forward, IReadOnlyList<LayerKernel> Backward, IReadOnlyList<(string Tensor, int Floats)> Kept)
{
    /// <summary>Floats kept for one chunk of one head.</summary>
    public int KeptFloats => Kept.Sum(k => k.Floats);
}

/// <summary>All kernels of a layer, and the forms made of them.</summary>
internal sealed record LayerPlan(DynamicalSystem System, BlockSizes Sizes, IReadOnlyList<LayerKernel> Kernels, IReadOnlyList<FormPlan> Forms, BackwardPlan Backward)
{
    /// <summary>The form that <c>Forms.Fastest</c> means.</summary>
    public FormPlan Fastest => Forms.FirstOrDefault(f => f.Form == AttnDsl.Forms.Chunkwise) ?? Forms.FirstOrDefault(f => f.Form == AttnDsl.Forms.Parallel) ?? Forms[0];

    /// <summary>Which blocks of keys a block of queries may see by the user's mask; null where it does not tell blocks apart.</summary>
    public Expr? BlockMask => BlockMaskOf(System);

    public static Expr? BlockMaskOf(DynamicalSystem system) =>
        system.MaskFunction is { Body: { } body } && Expressions.BlockMask.Of(body) is var mask && !mask.IsConst(1) ? mask : null;
    /// <summary>Tokens whose phases a cache's layer adds up at a time.</summary>
    public const int PhaseRows = 64;

    /// <summary>What of it runs on tensor cores.</summary>
    public Emit.Ptx.TensorPlan OnTensorCores => _onTensorCores ??= Emit.Ptx.TensorPlan.Build(System);

    private Emit.Ptx.TensorPlan? _onTensorCores;

    /// <summary>Kernels that run before those of any form: they derive tensors from the inputs.</summary>
    public IReadOnlyList<LayerKernel> Prepare => [.. Kernels.Where(k => k.Name == "Angles")];

    /// <summary>The kernel that puts a cache's keys where queries look for them; null where they stay where they are.</summary>
    public LayerKernel? PlaceKeys => Kernels.FirstOrDefault(k => k.Name is "RotateKeys" or "CopyKeys");

    /// <summary>A kernel by its name, if the layer has it.</summary>
    public LayerKernel? Find(string kernel) => Kernels.FirstOrDefault(k => k.Name == kernel);

    public FormPlan? Of(Forms form) => Forms.FirstOrDefault(f => f.Form == form);

    public static LayerPlan Build(DynamicalSystem system) => system.Family == StateFamily.Cache ? Cache(system) : system.Causal ? Matrix(system) : Bidirectional(system);

    private static LayerPlan Matrix(DynamicalSystem system)
    {
        var sizes = new BlockSizes(system.ChunkSize, system.ChunkSize, system.KeyDim, system.ValueDim, system.Map.Width, system.Writing.Slots) { Others = system.Widths };
        var kernels = new List<LayerKernel>();
        var forms = new List<FormPlan>();
        Prepared(system, sizes, kernels);
        // Step runs the recurrent form, so every causal layer has its kernel.
        var recurrent = AddInOrder("Recurrent", Dim.One, "One head of one sequence, token by token.");
        if (system.Has(AttnDsl.Forms.Recurrent)) forms.Add(new(AttnDsl.Forms.Recurrent, [], recurrent, null));
        if (system.Has(AttnDsl.Forms.Chunkwise))
        {
            var chunk = AddInOrder("Chunkwise", Dim.C, $"One head of one sequence, {system.ChunkSize} tokens at a time: {(MatrixProgram.RunsAlong(system) ? "each part of the state S stays in registers from a chunk's first token to its last" : "products inside a chunk, the state S between chunks")}.");
            forms.Add(new(AttnDsl.Forms.Chunkwise, [], chunk, null));
        }

        if (system.Has(AttnDsl.Forms.Parallel))
        {
            var parallel = AddBoth("Parallel", Parallel, WorkUnit.QueryBlock, $"{system.ChunkSize} queries of one head against every key up to them, block by block, last to first.");
            var absorb = AddBoth("Absorb", Absorb, WorkUnit.StateHead, "Brings the state of one head up to date without reading it.");
            forms.Add(new(AttnDsl.Forms.Parallel, [], parallel, absorb));
        }

        return new(system, sizes, kernels, forms, BackwardPlans.Matrix(system, sizes, kernels));

        LayerKernel AddBoth(string name, Func<DynamicalSystem, TileProgram> program, WorkUnit unit, string summary) =>
            WithTable(system, kernels, name, summary, (s, name, summary) => Kernel(name, program(s), sizes, unit, summary));

        LayerKernel AddInOrder(string name, Dim rows, string summary) => WithTable(system, kernels, name, summary, (s, kernelName, kernelSummary) =>
        {
            var program = name.ToLowerInvariant();
            var kernel = Kernel(kernelName, InOrder(s, program, rows), sizes, WorkUnit.StateHead, kernelSummary);
            return !MatrixProgram.RunsAlong(s) ? kernel : kernel with
            {
                Signature = new(kernelName, CpuPlanner.Plan(MatrixProgram.Build(s, program, rows, along: true), sizes)),
                OnGpu = kernel.Signature,
            };
        });
    }

    /// <summary>Adds a kernel without gradients, and behind it the one that looks the map's functions up, where there is a table of them.</summary>
    private static LayerKernel WithTable(DynamicalSystem system, List<LayerKernel> kernels, string name, string summary, Func<DynamicalSystem, string, string, LayerKernel> kernel)
    {
        var added = kernel(system, name, summary);
        if (system.Map.Table is not null && system.Family == StateFamily.Matrix)
            added = added with { Tabulated = kernel(system with { IsTabulated = true }, name + "Tabulated", summary + " The map's functions come from their table.") };
        kernels.Add(added);
        if (added.Tabulated is { } tabulated) kernels.Add(tabulated);
        return added;
    }

    /// <summary>The program that runs along time, a block of rows at a time.</summary>
    internal static TileProgram InOrder(DynamicalSystem system, string name, Dim rows) =>
        system.IsScan ? ScanProgram.Build(system, name, rows)
        : system.Write == WriteRule.Slots ? SlotProgram.Build(system, name, rows)
        : system.IsCentred ? CentredProgram.Build(system, name, rows)
        : MatrixProgram.Build(system, name, rows);

    /// <summary>The program that brings a state up to date without reading it.</summary>
    internal static TileProgram Absorb(DynamicalSystem system) => system.IsCentred
        ? CentredProgram.Build(system, "absorb", Dim.C, readOut: false)
        : MatrixProgram.Build(system, "absorb", Dim.C, readOut: false);

    /// <summary>The program that reads a state which all tokens wrote.</summary>
    internal static TileProgram ReadOut(DynamicalSystem system) => system.IsCentred ? CentredProgram.ReadOut(system, "readOut") : ParallelProgram.ReadOut(system, "readOut");

    private static TileProgram Parallel(DynamicalSystem system) => (system.IsCentred, system.Causal) switch
    {
        (true, true) => CentredProgram.Causal(system, "parallel"),
        (true, false) => CentredProgram.Bidirectional(system, "parallel"),
        (false, true) => ParallelProgram.Causal(system, "parallel"),
        _ => ParallelProgram.Bidirectional(system, "parallel"),
    };

    private static LayerPlan Bidirectional(DynamicalSystem system)
    {
        var sizes = new BlockSizes(system.ChunkSize, system.ChunkSize, system.KeyDim, system.ValueDim, system.Map.Width) { Others = system.Widths };
        var kernels = new List<LayerKernel>();
        var forms = new List<FormPlan>();
        Prepared(system, sizes, kernels);
        if (system.Has(AttnDsl.Forms.Chunkwise))
        {
            var absorb = AddBoth("Absorb", Absorb, WorkUnit.StateHead, "Sums what all tokens of one head write.");
            var read = AddBoth("ReadOut", ReadOut, WorkUnit.StateHead, "Reads that sum with every query.");
            forms.Add(new(AttnDsl.Forms.Chunkwise, [absorb], read, null));
        }

        if (system.Has(AttnDsl.Forms.Parallel))
        {
            var parallel = AddBoth("Parallel", Parallel, WorkUnit.QueryBlock, $"{system.ChunkSize} queries of one head against every key, block by block.");
            forms.Add(new(AttnDsl.Forms.Parallel, [], parallel, null));
        }

        return new(system, sizes, kernels, forms, BackwardPlans.Bidirectional(system, sizes, kernels));

        LayerKernel AddBoth(string name, Func<DynamicalSystem, TileProgram> program, WorkUnit unit, string summary) =>
            WithTable(system, kernels, name, summary, (s, name, summary) => Kernel(name, program(s), sizes, unit, summary));
    }

    private static LayerPlan Cache(DynamicalSystem system)
    {
        var blocks = new BlockSizes(128, 32, system.KeyDim, system.ValueDim, system.Map.Width) { Others = system.Widths };
        var single = blocks with { R = 1 };
        var kernels = new List<LayerKernel>();
        var forms = new List<FormPlan>();
        var append = new List<LayerKernel>();
        Prepared(system, blocks with { C = PhaseRows }, kernels);
        if (system.Causal)
            append.Add(Add(kernels, "Append", SoftmaxProgram.Append(system, "append", values: true), blocks, WorkUnit.KeyValueHead, "Puts the new keys and values of one head into the cache."));
        if (system.CopiesKeys)
        {
            var (name, summary) = system.Rotation is null ? ("CopyKeys", "Copies the keys of one head to where sums of its gates stand beside them.") : ("RotateKeys", "Rotates the keys of one head, once for all queries.");
            append.Add(Add(kernels, name, SoftmaxProgram.Append(system, "placeKeys", values: false), blocks, WorkUnit.KeyValueHead, summary));
        }

        if (system.Forgets) append.Add(Add(kernels, "SumGates", ForgetProgram.Sums(system, "sumGates"), blocks, WorkUnit.StateHead, "Adds up the log-forget gates of one head, for its queries and beside its keys."));
        var sinks = system.Window?.SinkTokens ?? 0;
        var window = system.Window is not { } w ? null : w.RuntimeSized ? "window" : Emit.Literals.Integer(w.Size);

        if (system.Causal)
        {
            var one = Attend("AttendOne", SoftmaxProgram.Orientation.KeysAcross, single, "One query of one head against the keys it sees, block by block, under a running maximum.");
            if (system.Has(AttnDsl.Forms.Recurrent)) forms.Add(new(AttnDsl.Forms.Recurrent, append, one, null));
        }

        if (system.Has(AttnDsl.Forms.Parallel))
        {
            var attend = Attend("Attend", SoftmaxProgram.Orientation.QueriesAcross, blocks, $"{blocks.R} queries of one head, one in each lane, against the keys they see, {blocks.C} at a time, under a running maximum.");
            forms.Add(new(AttnDsl.Forms.Parallel, append, attend, null));
        }

        return new(system, blocks, kernels, forms, BackwardPlans.Softmax(system, blocks, blocks with { R = 64 }, kernels));

        LayerKernel Attend(string name, SoftmaxProgram.Orientation orientation, BlockSizes sizes, string summary)
        {
            var plan = CpuPlanner.Plan(SoftmaxProgram.Attend(system, name, orientation), sizes);
            var kernel = new LayerKernel(new(name, plan, system.Causal ? window : null, sinks, blockMask: BlockMaskOf(system), perToken: Emit.MaskEmitter.PerToken(system)), WorkUnit.QueryBlock, summary);
            kernels.Add(kernel);
            return kernel;
        }
    }

    private static void Prepared(DynamicalSystem system, BlockSizes sizes, List<LayerKernel> kernels)
    {
        if (system.Phase is not null) Add(kernels, "Angles", PhaseProgram.Angles(system, "angles"), sizes, WorkUnit.KeyValueHead, "Adds up the phases of one head: the angle of every token.");
    }

    internal static LayerKernel Add(List<LayerKernel> kernels, string name, TileProgram program, BlockSizes sizes, WorkUnit unit, string summary)
    {
        var kernel = Kernel(name, program, sizes, unit, summary);
        kernels.Add(kernel);
        return kernel;
    }

    private static LayerKernel Kernel(string name, TileProgram program, BlockSizes sizes, WorkUnit unit, string summary) =>
        new(new(name, CpuPlanner.Plan(program, sizes)), unit, summary);
}
