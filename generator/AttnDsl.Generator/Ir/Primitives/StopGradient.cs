using System.Collections.Generic;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>The same tile, which passes no adjoint on: for stabilisers, on which the result does not depend, and for what a declaration holds constant.</summary>
internal sealed record StopGradient : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args) => args[0].Shape;

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
    }

    public override string Describe(IReadOnlyList<string> args) => $"{args[0]}, held constant";

    // Another name of the same storage: the planner aliases it.
    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
    }
}
