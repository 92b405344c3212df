using System.ComponentModel;
using ILGPU;

namespace AttnDsl.Gpu.Kernels;

/// <summary>Numbers of 16 bits from floats and back, rounded to nearest, ties to even; the same on the host and in kernels.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuFormats
{
    /// <summary>2^112: from the exponents of float16, read as a float's, to what they mean.</summary>
    private const float FromHalf = 5.192296858534828e33f;

    /// <summary>The float that a number of 16 bits is.</summary>
    public static float Widen(ushort bits, int format) => format == (int)TensorFormat.BFloat16 ? Interop.IntAsFloat((uint)bits << 16) : FromFloat16(bits);

    /// <summary>The number of 16 bits nearest to a float.</summary>
    public static ushort Narrow(float x, int format) => format == (int)TensorFormat.BFloat16 ? ToBFloat16(Interop.FloatAsInt(x)) : ToFloat16(Interop.FloatAsInt(x));

    private static float FromFloat16(uint bits)
    {
        uint rest = bits & 0x7fff;
        uint wide = rest >= 0x7c00 ? (rest << 13) | 0x7f800000 : Interop.FloatAsInt(Interop.IntAsFloat(rest << 13) * FromHalf);
        return Interop.IntAsFloat(wide | ((bits & 0x8000) << 16));
    }

    private static ushort ToBFloat16(uint bits) =>
        (bits & 0x7fffffff) > 0x7f800000 ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);

    private static ushort ToFloat16(uint bits)
    {
        uint sign = (bits >> 16) & 0x8000, size = bits & 0x7fffffff, half;
        if (size > 0x7f800000) half = 0x7e00;
        else if (size >= 0x477ff000) half = 0x7c00; // rounds to 65536 or more
        else if (size < 0x38800000) half = Interop.FloatAsInt(Interop.IntAsFloat(size) + 0.5f) - 0x3f000000; // below 2^−14 the sum rounds where float16 does
        else half = (size - 0x37fff001 + ((size >> 13) & 1)) >> 13;
        return (ushort)(sign | half);
    }
}
