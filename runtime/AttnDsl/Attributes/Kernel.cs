using System;

namespace AttnDsl;

/// <summary>Kernel feature map φ: the similarity of a query and a key is φ(q)·φ(k).</summary>
public enum Kernel
{
    /// <summary>The exponential kernel <c>e^{q·k}</c>: softmax attention over cached keys and values.</summary>
    Softmax,

    /// <summary><c>φ(x) = x</c>.</summary>
    Identity,

    /// <summary><c>φ(x) = elu(x) + 1</c>, i.e. <c>e^x</c> for x &lt; 0 and <c>x + 1</c> otherwise.</summary>
    EluPlusOne,

    /// <summary><c>φ(x) = max(x, 0)</c>.</summary>
    Relu,

    /// <summary><c>φ(x) = max(x, 0)²</c>.</summary>
    ReluSquared,

    /// <summary><c>φ(x) = x·σ(x)</c>.</summary>
    Silu,

    /// <summary><c>φ(x) = e^x</c>, channel by channel (not the softmax kernel).</summary>
    Exp,

    /// <summary><c>φ(x) = softmax(x)</c> over the channels of the row (not the softmax kernel).</summary>
    ChannelSoftmax,

    /// <summary>
    /// The kernel <c>1 + a + a²/2</c> of the scaled product a = s q·k (Based): features 1, x and each product x_b x_c once, F = 1 + K + K(K+1)/2.
    /// </summary>
    Taylor,

    /// <summary>The kernel <c>a²</c> of the scaled product a = s q·k (ReBased): each product x_b x_c once, F = K(K+1)/2.</summary>
    Square,
}

/// <summary>Chooses the kernel feature map. Without it a layer that has a gate, a write rule or a normaliser uses <see cref="Kernel.Identity"/>, any other <see cref="Kernel.Softmax"/>.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class FeatureMapAttribute(Kernel kernel) : Attribute
{
    /// <summary>The map φ.</summary>
    public Kernel Kernel { get; } = kernel;
}
