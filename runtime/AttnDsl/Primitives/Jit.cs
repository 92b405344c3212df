using System.Runtime.CompilerServices;

namespace AttnDsl.Primitives;

/// <summary>How methods with loops over numbers are compiled.</summary>
internal static class Jit
{
    /// <summary>
    /// Fully optimised from the first call: tiered code would run at a tenth of the speed until it is recompiled in the background.
    /// Never inlined: profile-guided inlining of a tile into its caller exhausts the inliner, which then leaves single vector
    /// operations as calls.
    /// </summary>
    public const MethodImplOptions Kernel = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;
}
