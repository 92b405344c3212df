using System.ComponentModel;
using AttnDsl.Gpu.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace AttnDsl.Gpu;

/// <summary>The sum of what the items of a backward kernel contribute to the gradient of a learned parameter.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ParameterKernels
{
    private static readonly GpuKernel<SumLauncher> s_sum = new(typeof(ParameterKernels), nameof(SumContributions));

    private delegate void SumLauncher(
        AcceleratorStream stream, KernelConfig config, ArrayView<float> target, ArrayView<float> contributions, int batch, int heads, int blocks, int floats, int headsPerPart);

    /// <summary>Adds contributions <c>[batch,heads,blocks,floats]</c> to a gradient with a part for every so many heads, or one for all (0).</summary>
    public static void Sum(GpuStream stream, ArrayView<float> target, ArrayView<float> contributions, int batch, int heads, int blocks, int floats, int headsPerPart)
    {
        if (floats == 0 || batch == 0 || heads == 0 || blocks == 0) return;
        var parts = headsPerPart == 0 ? 1 : heads / headsPerPart;
        s_sum.On(stream)(stream.Native, stream.Groups(parts), target, contributions, batch, heads, blocks, floats, headsPerPart);
    }

    /// <summary>Kernel of <see cref="Sum"/>: a group takes a part, a thread an element, and adds in the order of the items.</summary>
    public static void SumContributions(ArrayView<float> target, ArrayView<float> contributions, int batch, int heads, int blocks, int floats, int headsPerPart)
    {
        int shared = headsPerPart == 0 ? heads : headsPerPart;
        for (int part = Grid.IdxX; part < heads / shared; part += Grid.DimX)
        {
            for (int e = Group.IdxX; e < floats; e += Group.DimX)
            {
                float sum = target[(long)part * floats + e];
                for (int b = 0; b < batch; b++)
                {
                    long first = ((long)b * heads + (long)part * shared) * blocks;
                    for (long n = first; n < first + (long)shared * blocks; n++) sum += contributions[n * floats + e];
                }

                target[(long)part * floats + e] = sum;
            }
        }
    }
}
