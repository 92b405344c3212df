using System.ComponentModel;

namespace AttnDsl.Gpu.Kernels;

/// <summary>The levels of log-linear attention in kernels.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuLevels
{
    /// <summary>The level of one place seen from another: the bit length of one xor the other, at most the last.</summary>
    public static int Level(float place, float other, int last)
    {
        int level = 0;
        for (uint differ = (uint)((int)place ^ (int)other); differ != 0 && level < last; differ >>= 1) level++;
        return level;
    }
}
