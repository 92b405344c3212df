namespace AttnDsl.Generator.Semantics;

/// <summary>A feature map φ from K channels to F features: what of it the rest of the generator has to know.</summary>
/// <param name="Channels">K.</param>
internal sealed record FeatureMap(Kernel Kernel, int Channels)
{
    /// <summary>Whether there is a feature for each channel, which keeps the channel's letter.</summary>
    public bool KeepsChannels => true;

    /// <summary>F: rows of the state.</summary>
    public int Width => Channels;

    /// <summary>What a row of the state is called: K or F.</summary>
    public string Letter => KeepsChannels ? "K" : "F";

    /// <summary>Whether features, and so their sum, can be negative.</summary>
    public bool IsSigned => Kernel is Kernel.Identity or Kernel.Silu;
}
