using System.Collections.Generic;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>
/// An operation on tiles with its faces side by side: shape rule, simplification, derivative, CPU lowering, GPU lowering. Records, so that equal operations compare equal.
/// </summary>
internal abstract record Primitive
{
    /// <summary>The shape of the result, or a <see cref="ShapeException"/>.</summary>
    public abstract Shape ShapeOf(IReadOnlyList<Tile> args);

    /// <summary>A tile that already is the result, emitted or found, where the operation degenerates (one row, a zero); else null.</summary>
    public virtual Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args) => null;

    /// <summary>Adds to the adjoints of the arguments, given that of the result, by emitting statements.</summary>
    public abstract void Differentiate(Adjoints d, Statement s, Tile adjoint);

    /// <summary>In words and formulas, for dumps and comments.</summary>
    public abstract string Describe(IReadOnlyList<string> args);

    /// <summary>Prints C# that fills the target.</summary>
    public abstract void Cpu(CpuKernelWriter w, Scheduling.PlanStep s);

    /// <summary>Prints C# in which the threads of a group fill the target together, barrier included.</summary>
    public abstract void Gpu(GpuKernelWriter w, Scheduling.PlanStep s);

    /// <summary>Floats of scratch that the CPU lowering needs beside its tiles.</summary>
    public virtual int CpuScratch(System.Func<Dim, int> size, IReadOnlyList<Tile> args) => 0;

    /// <summary>Whether the CPU lowering works so long that it asks for the next rows meanwhile; it takes <c>ref ahead</c>.</summary>
    public virtual bool FetchesAhead => false;

    protected static void Require(bool condition, string message)
    {
        if (!condition) throw new ShapeException(message);
    }
}
