using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Lowering;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Emit.Ptx;

/// <summary>A layer's kernels for tensor cores, from the programs that all its kernels come from.</summary>
/// <param name="Attend">The parallel form, which also keeps log Σ e^score of every query; null where it stays with the portable kernels.</param>
/// <param name="Gradients">Behind it gradients of queries, then of keys. None where they stay with the portable kernels.</param>
/// <param name="Missing">Why something stays.</param>
internal sealed record TensorPlan(PtxKernel? Attend, IReadOnlyList<PtxKernel> Gradients, string? Missing)
{
    private const string LogSum = "lse";

    public IEnumerable<PtxKernel> All => Attend is null ? [] : Gradients.Prepend(Attend);

    public static TensorPlan Build(DynamicalSystem system)
    {
        if (system.Family != StateFamily.Cache) return None("its state is a matrix");
        if (!system.Has(AttnDsl.Forms.Parallel)) return None("it has no parallel form");
        if (system.Phase is not null) return None("inputs turn its keys");
        if (system.KeyDim % 16 != 0 || system.ValueDim % 16 != 0) return None("widths are no multiples of 16");
        if (Math.Max(system.KeyDim, system.ValueDim) > 256) return None("rows are wider than 256");
        // Rows come turned: a kernel of their own turns them once for all that read them.
        var turned = system.Rotation;
        system = system with { Rotation = null };
        var forward = SoftmaxProgram.Attend(system, "attend", SoftmaxProgram.Orientation.KeysAcross);
        var attend = Try(() => Write(system, "Attend", "Queries against the keys that they see, under a running maximum; log Σ e^score of each is kept.", Stabilisers.Keeping(forward, "attend", LogSum), Sizes(system, Dim.R, isForward: true)), out var missing);
        if (attend is null) return None(missing!);
        var gradients = Try(() => Backward(system, turned, forward), out missing);
        return new(attend, gradients ?? [], missing is null ? null : $"gradients: {missing}");
    }

    private static IReadOnlyList<PtxKernel> Backward(DynamicalSystem system, Rotation? turned, TileProgram forward)
    {
        // Heads that share their keys are gone through by one item, so that each sum has one writer.
        var backward = Interchange.InlineInvariants(Reverse.Backward(Stabilisers.Freeze(forward, LogSum), "backward", ["o"], []));
        var (queries, keys) = SharedVectors.Keep(Interchange.ForQueries(backward, "queryGradients"), Interchange.ForKeys(backward, "keyGradients"));
        if (turned is not null) (queries, keys) = (TurnedBack(queries, "qGrad", turned), TurnedBack(keys, "keysGrad", turned));
        return
        [
            Write(system, "QueryGradients", "Gradients of queries from the keys that they see; what the gradients of keys ask of each query is kept.", queries, Sizes(system, Dim.R, isForward: false)),
            Write(system, "KeyGradients", "Gradients of keys and values from the queries that see them.", keys, Sizes(system, Dim.C, isForward: false)),
        ];
    }

    /// <summary>The program that turns the rows of a gradient back before it rounds and stores them.</summary>
    private static TileProgram TurnedBack(TileProgram p, string tensor, Rotation rotation) => p with
    {
        Tail = new(p.Tail.SelectMany(s =>
        {
            if (s.Op is not Store store || store.Tensor != tensor) return [s];
            var angles = new Shape(s.Args[0].Shape.Rows, Dim.P);
            var (cos, sin, back) = (new Tile("cos", angles), new Tile("sin", angles), new Tile(s.Args[0].Name + "Back", s.Args[0].Shape));
            const string stage = "Turned back from their positions.";
            return new Statement[]
            {
                new(new Load("cos", angles, Access.Rows, IsFixed: true), default, cos, stage),
                new(new Load("sin", angles, Access.Rows, IsFixed: true), default, sin, stage),
                new(new Rotate(rotation.Layout, Back: true), new([s.Args[0], cos, sin]), back, stage),
                s with { Args = new([back]), Stage = stage },
            };
        })),
    };

    /// <summary>Blocks for which registers and shared memory suffice, as measured.</summary>
    private static BlockSizes Sizes(DynamicalSystem system, Dim own, bool isForward)
    {
        var width = Math.Max(system.KeyDim, system.ValueDim);
        var (rows, loop) = (width <= (isForward ? 128 : 64) ? 128 : 64, width <= 128 ? 64 : 32);
        return new(own == Dim.C ? rows : loop, own == Dim.C ? loop : rows, system.KeyDim, system.ValueDim, system.Map.Width) { Others = system.Widths };
    }

    private static PtxKernel Write(DynamicalSystem system, string name, string summary, TileProgram program, BlockSizes sizes)
    {
        var window = system.Window is not { } w || !system.Causal ? null : w.RuntimeSized ? "window" : Literals.Integer(w.Size);
        return PtxKernelWriter.Write(new(name, CpuPlanner.Plan(program, sizes), window, system.Window?.SinkTokens ?? 0, system.Causal), summary, system.KeyValueHeads is not null);
    }

    private static TensorPlan None(string why) => new(null, [], why);

    private static T? Try<T>(Func<T> make, out string? missing)
        where T : class
    {
        missing = null;
        try
        {
            return make();
        }
        catch (PtxUnsupportedException e)
        {
            missing = e.Message;
            return null;
        }
    }
}
