using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace AttnDsl.Runtime;

/// <summary>A tensor [B,T,H] or [B,T,H,…] inside a kernel: where it starts and its strides in floats.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct TensorArg
{
    /// <summary>The first element, in pinned or native memory; 0 until the call is bound.</summary>
    public nint Address;

    /// <summary>Floats from one batch to the next.</summary>
    public nint Batch;

    /// <summary>Floats from one token to the next.</summary>
    public nint Time;

    /// <summary>Floats from one head to the next.</summary>
    public nint Head;

    /// <summary>A dense tensor [B,H,T,width].</summary>
    public static TensorArg Dense(nint address, int heads, int rows, int width) =>
        new() { Address = address, Batch = (nint)heads * rows * width, Head = (nint)rows * width, Time = width };

    /// <summary>The tensor from a batch row and a token on.</summary>
    public readonly TensorArg From(nint b, nint t = 0) => this with { Address = Address + ((b * Batch) + (t * Time)) * sizeof(float) };

    /// <summary>The element [b,t,h] or the first of the row [b,t,h,…].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly unsafe ref float At(nint b, nint t, nint h) => ref ((float*)Address)[(b * Batch) + (t * Time) + (h * Head)];
}
