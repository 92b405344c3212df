using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Writes what a tile has summed.</summary>
internal static class TileEnd
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put<TVec, TColumns>(TVec sum, ref float c, nint index, int count, Update update)
        where TVec : struct, ISimd<TVec>
        where TColumns : struct, IColumns<TVec>
    {
        if (update != Update.Set)
        {
            TVec old = TColumns.Load(ref c, index, count);
            sum = update == Update.Add ? old + sum : old - sum;
        }

        TColumns.Store(sum, ref c, index, count);
    }
}
