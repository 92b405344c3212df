using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Writes what a tile has summed.</summary>
internal static class TileEnd
{
    /// <summary>Two vectors of a row, the second of <paramref name="count"/> columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put<TVec, TLast>(TVec first, TVec second, ref float c, int count, Update update)
        where TVec : struct, ISimd<TVec>
        where TLast : struct, IColumns<TVec>
    {
        if (update == Update.Add)
        {
            first += TVec.Load(in c, 0);
            second += TLast.Load(ref c, TVec.Count, count);
        }
        else if (update == Update.Subtract)
        {
            first = TVec.Load(in c, 0) - first;
            second = TLast.Load(ref c, TVec.Count, count) - second;
        }

        TVec.Store(first, ref c, 0);
        TLast.Store(second, ref c, TVec.Count, count);
    }

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
