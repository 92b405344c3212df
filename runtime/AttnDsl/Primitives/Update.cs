namespace AttnDsl.Primitives;

/// <summary>What a product does to its destination.</summary>
internal enum Update
{
    /// <summary>Replaces it.</summary>
    Set,

    /// <summary>Is added to it.</summary>
    Add,

    /// <summary>Is subtracted from it.</summary>
    Subtract,
}
