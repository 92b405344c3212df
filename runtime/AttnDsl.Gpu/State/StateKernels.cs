using System.ComponentModel;
using AttnDsl.Gpu.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace AttnDsl.Gpu;

/// <summary>What states need beside their layer's kernels. One item is one head of one sequence.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class StateKernels
{
    private static readonly GpuKernel<FillLauncher> s_fill = new(typeof(StateKernels), nameof(FillUnits));
    private static readonly GpuKernel<CopyLauncher> s_move = new(typeof(StateKernels), nameof(MoveUnits));
    private static readonly GpuKernel<CopyLauncher> s_copy = new(typeof(StateKernels), nameof(CopyUnits));

    private static readonly GpuKernel<TransferLauncher> s_transfer = new(typeof(StateKernels), nameof(TransferUnits));

    private delegate void FillLauncher(AcceleratorStream stream, KernelConfig config, ArrayView<float> states, int units, int unit, int offset, int count, float value);

    private delegate void CopyLauncher(AcceleratorStream stream, KernelConfig config, ArrayView<float> states, int units, int unit, int from, int to, int count);

    private delegate void TransferLauncher(AcceleratorStream stream, KernelConfig config, ArrayView<float> from, int fromUnit, ArrayView<float> to, int toUnit, int units, int count, int add);

    /// <summary>Fills a part of every unit.</summary>
    public static void Fill(GpuStream stream, ArrayView<float> states, int units, int unit, int offset, int count, float value) =>
        s_fill.On(stream)(stream.Native, stream.Groups(units), states, units, unit, offset, count, value);

    /// <summary>Moves floats of every unit to the front of a part, over themselves.</summary>
    public static void MoveRows(GpuStream stream, ArrayView<float> states, int units, int unit, int part, int dropped, int count) =>
        s_move.On(stream)(stream.Native, stream.Groups(units), states, units, unit, part + dropped, part, count);

    /// <summary>Copies floats of every unit to a place that they do not overlap.</summary>
    public static void CopyRows(GpuStream stream, ArrayView<float> states, int units, int unit, int from, int to, int count) =>
        s_copy.On(stream)(stream.Native, stream.Groups(units), states, units, unit, from, to, count);

    /// <summary>Copies floats of every unit to units elsewhere, or adds them to what is there.</summary>
    public static void Transfer(GpuStream stream, ArrayView<float> from, int fromUnit, ArrayView<float> to, int toUnit, int units, int count, bool add = false)
    {
        if (count > 0) s_transfer.On(stream)(stream.Native, stream.Groups(units), from, fromUnit, to, toUnit, units, count, add ? 1 : 0);
    }

    /// <summary>Kernel of <see cref="Transfer"/>.</summary>
    public static void TransferUnits(ArrayView<float> from, int fromUnit, ArrayView<float> to, int toUnit, int units, int count, int add)
    {
        for (int item = Grid.IdxX; item < units; item += Grid.DimX)
        {
            var source = from.SubView((long)item * fromUnit);
            var target = to.SubView((long)item * toUnit);
            for (int e = Group.IdxX; e < count; e += Group.DimX) target[e] = add != 0 ? target[e] + source[e] : source[e];
        }
    }

    /// <summary>Kernel of <see cref="Fill"/>.</summary>
    public static void FillUnits(ArrayView<float> states, int units, int unit, int offset, int count, float value)
    {
        for (int item = Grid.IdxX; item < units; item += Grid.DimX)
        {
            var floats = states.SubView((long)item * unit + offset);
            for (int e = Group.IdxX; e < count; e += Group.DimX) floats[e] = value;
        }
    }

    /// <summary>Kernel of <see cref="CopyRows"/>.</summary>
    public static void CopyUnits(ArrayView<float> states, int units, int unit, int from, int to, int count)
    {
        for (int item = Grid.IdxX; item < units; item += Grid.DimX)
        {
            var floats = states.SubView((long)item * unit);
            for (int e = Group.IdxX; e < count; e += Group.DimX) floats[to + e] = floats[from + e];
        }
    }

    /// <summary>Kernel of <see cref="MoveRows"/>: a block is read by all threads before any of them writes, and blocks move front first.</summary>
    public static void MoveUnits(ArrayView<float> states, int units, int unit, int from, int to, int count)
    {
        for (int item = Grid.IdxX; item < units; item += Grid.DimX)
        {
            var floats = states.SubView((long)item * unit);
            for (int block = 0; block < count; block += Group.DimX)
            {
                int e = block + Group.IdxX;
                float x = e < count ? floats[from + e] : 0f;
                Group.Barrier();
                if (e < count) floats[to + e] = x;
                Group.Barrier();
            }
        }
    }
}
