namespace AttnDsl.Primitives;

/// <summary>Where a product meets a triangle: half of it need not be computed.</summary>
internal enum Triangle
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>The left factor is zero above its diagonal.</summary>
    Lower,

    /// <summary>The left factor is zero below its diagonal.</summary>
    Upper,

    /// <summary>Nothing above the result's diagonal is wanted.</summary>
    OfResult,
}
