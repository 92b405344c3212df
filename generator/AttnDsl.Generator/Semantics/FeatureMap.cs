namespace AttnDsl.Generator.Semantics;

/// <summary>A feature map φ from K channels to F features: what of it the rest of the generator has to know.</summary>
/// <param name="Channels">K.</param>
internal sealed record FeatureMap(Kernel Kernel, int Channels)
{
    /// <summary>Whether there is a feature for each channel, which keeps the channel's letter.</summary>
    public bool KeepsChannels => Polynomial is null;

    /// <summary>F: rows of the state.</summary>
    public int Width => Polynomial?.Width(Channels) ?? Channels;

    /// <summary>What φ(x)·φ(y) is of x·y, where it is a polynomial; such a kernel takes the scale inside.</summary>
    public Polynomial? Polynomial => Kernel switch
    {
        Kernel.Taylor => Polynomial.Taylor,
        Kernel.Square => Polynomial.Squared,
        _ => null,
    };

    /// <summary>What a row of the state is called: K or F.</summary>
    public string Letter => KeepsChannels ? "K" : "F";

    /// <summary>Whether products of features, and so a key sum, can be negative.</summary>
    public bool IsSigned => Kernel is Kernel.Identity or Kernel.Silu;
}
