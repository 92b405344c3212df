using System.ComponentModel;
using AttnDsl.Gpu.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace AttnDsl.Gpu;

/// <summary>Rows of 16 bits turned to their positions, once for all that read them, for kernels that take rows as they lie in memory.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RotationKernels
{
    private static readonly GpuKernel<Launcher> s_turn = new(typeof(RotationKernels), nameof(TurnRows));

    private delegate void Launcher(
        AcceleratorStream stream, KernelConfig config, ArrayView<ushort> from, ArrayView<ushort> to, ArrayView<float> cos, ArrayView<float> sin, int rows, int heads, int time, int pairs, int isInterleaved, int format);

    /// <summary>Queries or keys <c>[B,T,H,D]</c>, turned, in working memory of half as many floats.</summary>
    public static TensorArgument Turn(GpuStream stream, GpuTensor rows, ArrayView<float> to, TensorView cos, TensorView sin, PairLayout layout)
    {
        var (time, heads, pairs) = (rows.Lengths[1], rows.Lengths[2], rows.Lengths[3] / 2);
        var count = checked(rows.Lengths[0] * time * heads);
        s_turn.On(stream)(
            stream.Native, stream.Groups(count), rows.Halves, to.Cast<ushort>(), cos.Data, sin.Data, count, heads, time, pairs, layout == PairLayout.Interleaved ? 1 : 0, (int)rows.Format);
        return TensorArgument.Halves(to, time, heads, 2 * pairs);
    }

    /// <summary>Kernel of <see cref="Turn"/>: a thread has a pair of every so many rows.</summary>
    public static void TurnRows(ArrayView<ushort> from, ArrayView<ushort> to, ArrayView<float> cos, ArrayView<float> sin, int rows, int heads, int time, int pairs, int isInterleaved, int format)
    {
        int across = pairs < Group.DimX ? pairs : Group.DimX, down = Group.DimX / across, mine = Group.IdxX / across;
        if (mine >= down) return;
        for (int row = Grid.IdxX * down + mine; row < rows; row += Grid.DimX * down)
        {
            int angles = row / heads % time * pairs;
            long start = (long)row * 2 * pairs;
            for (int pair = Group.IdxX % across; pair < pairs; pair += across)
            {
                long x = start + (isInterleaved != 0 ? 2 * pair : pair), y = isInterleaved != 0 ? x + 1 : x + pairs;
                float a = GpuFormats.Widen(from[x], format), b = GpuFormats.Widen(from[y], format), cosine = cos[angles + pair], sine = sin[angles + pair];
                to[x] = GpuFormats.Narrow(a * cosine - b * sine, format);
                to[y] = GpuFormats.Narrow(a * sine + b * cosine, format);
            }
        }
    }
}
