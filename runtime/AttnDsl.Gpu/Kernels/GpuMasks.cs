using System.ComponentModel;
using ILGPU;

namespace AttnDsl.Gpu.Kernels;

/// <summary>What masks of blocks ask of the queries of a block.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuMasks
{
    /// <summary>A whole number that none of some numbers is less than.</summary>
    public static long Least(ArrayView<float> numbers, int count, int step)
    {
        float least = numbers[0];
        for (int i = 1; i < count; i++) least = GpuMath.Min(least, numbers[i * step]);
        return (long)GpuMath.Floor(least);
    }

    /// <summary>A whole number that none of some numbers is greater than.</summary>
    public static long Most(ArrayView<float> numbers, int count, int step)
    {
        float most = numbers[0];
        for (int i = 1; i < count; i++) most = GpuMath.Max(most, numbers[i * step]);
        return -(long)GpuMath.Floor(-most);
    }
}
