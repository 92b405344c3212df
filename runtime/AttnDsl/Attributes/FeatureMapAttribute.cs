using System;

namespace AttnDsl;

/// <summary>A scalar function within a learned feature map.</summary>
public enum FeatureActivation
{
    /// <summary><c>max(x, 0)</c>.</summary>
    Relu,

    /// <summary><c>x·σ(x)</c>.</summary>
    Silu,

    /// <summary><c>x/2·(1 + tanh(√(2/π)(x + 0.044715 x³)))</c>.</summary>
    Gelu,

    /// <summary><c>elu(x) + 1</c>.</summary>
    EluPlusOne,

    /// <summary><c>e^x</c>.</summary>
    Exp,

    /// <summary><c>x</c>.</summary>
    Identity,
}

/// <summary>What a learned feature map is multiplied by, one number a row.</summary>
public enum FeatureEnvelope
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary><c>e^(−‖x‖²/(2√K))</c>.</summary>
    Gaussian,

    /// <summary><c>e^(u·x)</c> with a learned u [K].</summary>
    Learned,
}

/// <summary>How Hedgehog makes features of y = Wx + b.</summary>
public enum HedgehogForm
{
    /// <summary><c>softmax([2y, −2y])</c> over all 2K features.</summary>
    Joint,

    /// <summary><c>[softmax(y), softmax(−y)]</c>.</summary>
    Separate,

    /// <summary><c>[e^y, e^(−y)]</c>.</summary>
    Exponential,
}

/// <summary>Chooses the kernel feature map. Without it a layer that has a gate, a write rule or a normaliser uses <see cref="Kernel.Identity"/>, any other <see cref="Kernel.Softmax"/>.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class FeatureMapAttribute(Kernel kernel) : Attribute
{
    /// <summary>The map φ.</summary>
    public Kernel Kernel { get; } = kernel;

    /// <summary>J, the rows of a projection W [J,K]; K unless set. For <see cref="Kernel.Learned"/>, <see cref="Kernel.Luna"/> and random features.</summary>
    public int Projections { get; set; }

    /// <summary>L, the functions ψ_l of <see cref="Kernel.Luna"/>; 4 unless set.</summary>
    public int Channels { get; set; } = 4;

    /// <summary>Hidden units of the network that makes the functions of <see cref="Kernel.Luna"/>; 64 unless set.</summary>
    public int Hidden { get; set; } = 64;

    /// <summary>The function behind the projection of <see cref="Kernel.Learned"/>, or of the hidden units of <see cref="Kernel.Luna"/>.</summary>
    public FeatureActivation Activation { get; set; }

    /// <summary>Each function of <see cref="Kernel.Luna"/> has hidden units of its own.</summary>
    public bool PerChannel { get; set; }

    /// <summary>Leaves out the <c>max(·, 0)</c> behind the functions of <see cref="Kernel.Luna"/>.</summary>
    public bool Signed { get; set; }

    /// <summary>
    /// Whether the functions of <see cref="Kernel.Luna"/> can be looked up in a table where no gradients are asked for: the layer then has a method
    /// <c>Tabulate</c>. True unless set, where they are piecewise linear: behind <see cref="FeatureActivation.Relu"/> and <see cref="FeatureActivation.Identity"/>.
    /// </summary>
    public bool Tabulated { get; set; } = true;

    /// <summary>What the features of <see cref="Kernel.Luna"/> or <see cref="Kernel.Learned"/> are multiplied by.</summary>
    public FeatureEnvelope Envelope { get; set; }

    /// <summary>Every head has learned parameters of its own; otherwise all share them.</summary>
    public bool PerHead { get; set; }

    /// <summary>M of <see cref="Kernel.CosFormer"/>: the distance in tokens at which a key's weight reaches 0. At least the longest sequence.</summary>
    public int Horizon { get; set; }

    /// <summary>How <see cref="Kernel.Hedgehog"/> makes features.</summary>
    public HedgehogForm Form { get; set; }
}
