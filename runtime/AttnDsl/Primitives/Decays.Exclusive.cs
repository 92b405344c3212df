using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <content>
/// The same products as row i meets them before its own gate acts: only j &lt; i, and the decay of the rows between the two. That is
/// the ordinary product with the side of the queries moved up by one row.
/// </content>
public static partial class Decays
{
    /// <summary>p[i,j] = Σ_c q[i,c]·key[j,c]·exp(Σ_{j&lt;r&lt;i} g[r,c]) for j &lt; i, else 0.</summary>
    /// <inheritdoc cref="Gram" path="/param"/>
    [MethodImpl(Jit.Kernel)]
    public static void GramBefore<TVec>(
        int rows, int k, ref float q, nint qRow, ref float key, nint keyRow, ref float g, nint gRow, ref float p, nint pRow, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        Fill<TVec>(ref p, rows, 0);
        Gram<TVec>(rows - 1, k, ref Unsafe.Add(ref q, qRow), qRow, ref key, keyRow, ref g, gRow, ref Unsafe.Add(ref p, pRow), pRow, strict: false, ref scratch);
        for (int i = 1; i < rows; i++) Unsafe.Add(ref p, (i * pRow) + rows - 1) = 0;
    }

    /// <summary>y[i,c] = Σ_{j&lt;i} w[i,j]·x[j,c]·exp(Σ_{j&lt;r&lt;i} g[r,c]).</summary>
    /// <inheritdoc cref="ApplyToQueries" path="/param"/>
    public static void ApplyToQueriesBefore<TVec>(
        int rows, int k, ref float w, nint wRow, ref float x, nint xRow, ref float g, nint gRow, ref float y, nint yRow, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        Fill<TVec>(ref y, k, 0);
        ApplyToQueries<TVec>(rows - 1, k, ref Unsafe.Add(ref w, wRow), wRow, ref x, xRow, ref g, gRow, ref Unsafe.Add(ref y, yRow), yRow, strict: false, ref scratch);
    }

    /// <summary>y[j,c] = Σ_{i&gt;j} w[i,j]·x[i,c]·exp(Σ_{j&lt;r&lt;i} g[r,c]).</summary>
    /// <inheritdoc cref="ApplyToQueries" path="/param"/>
    public static void ApplyToKeysBefore<TVec>(
        int rows, int k, ref float w, nint wRow, ref float x, nint xRow, ref float g, nint gRow, ref float y, nint yRow, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        Fill<TVec>(ref Unsafe.Add(ref y, (rows - 1) * yRow), k, 0);
        ApplyToKeys<TVec>(rows - 1, k, ref Unsafe.Add(ref w, wRow), wRow, ref Unsafe.Add(ref x, xRow), xRow, ref g, gRow, ref y, yRow, strict: false, ref scratch);
    }
}
