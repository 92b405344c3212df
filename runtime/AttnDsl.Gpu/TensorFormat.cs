namespace AttnDsl.Gpu;

/// <summary>What the numbers of a tensor are.</summary>
public enum TensorFormat
{
    /// <summary>32 bits.</summary>
    Float32,

    /// <summary>16 bits with the range of <see cref="Float32"/> and 8 significant bits.</summary>
    BFloat16,

    /// <summary>16 bits up to 65504, with 11 significant bits.</summary>
    Float16,
}
