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

    /// <summary>
    /// <c>max(x, 0)</c> times the cosine and the sine of πt/(2M) at position t (cosFormer), F = 2K: a key's weight falls with its distance and is 0
    /// at M = <see cref="FeatureMapAttribute.Horizon"/>.
    /// </summary>
    CosFormer,

    /// <summary><c>√(2/J) cos(√s Wx + b)</c>, random Fourier features of the Gaussian kernel <c>e^(−s‖q−k‖²/2)</c>, F = J. W [J,K] and b [J] come with the parameters.</summary>
    RandomFourier,

    /// <summary>
    /// <c>e^(√s Wx − s‖x‖²/2)/√J</c>, positive random features of the softmax kernel e^(s q·k) (FAVOR+), F = J. W [J,K] comes with the parameters. Over a key
    /// sum a query's features are taken relative to its largest, which cancels.
    /// </summary>
    Favor,

    /// <summary><c>f(Wx + b)</c> with learned W [J,K], b [J], and f the <see cref="FeatureMapAttribute.Activation"/>, F = J.</summary>
    Learned,

    /// <summary>Softmax features of ±(Wx + b) with learned W [K,K], b [K], F = 2K; see <see cref="HedgehogForm"/>.</summary>
    Hedgehog,

    /// <summary><c>ψ_l(w_i·x + b_i)/√J</c> at i·L + l, with learned W [J,K], b [J] and functions ψ_l, a network with one hidden layer (LUNA), F = J·L.</summary>
    Luna,
}
