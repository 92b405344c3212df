using System.ComponentModel;
using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Sums that carry along what they round away: as exact as in double precision, on any machine, for six operations more a vector.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CarriedSums
{
    /// <summary>sum + x; what that rounds away is added to <paramref name="lost"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Add<TVec>(TVec sum, TVec x, ref TVec lost)
        where TVec : struct, ISimd<TVec>
    {
        TVec next = sum + x;
        TVec added = next - sum;
        lost += (sum - (next - added)) + (x - added);
        return next;
    }

    /// <summary>All lanes of the sum and of what it lost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Total<TVec>(TVec sum, TVec lost)
        where TVec : struct, ISimd<TVec> => (float)(TVec.WideSum(sum) + TVec.Sum(lost));
}
