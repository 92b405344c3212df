using System.Runtime.CompilerServices;

namespace TextGeneration.Dense;

/// <summary>How the weights of one panel lie in memory.</summary>
internal interface IPanelFormat
{
    /// <summary>Vectors of memory for one input.</summary>
    static abstract int Vectors { get; }

    static abstract void Load<TLanes>(ref byte panel, int input, out TLanes low, out TLanes high)
        where TLanes : struct, ILanes<TLanes>;
}

/// <summary>BF16 in pairs: words [input, lane], output <c>lane</c> in the low half, output <c>lanes + lane</c> in the high half.</summary>
internal readonly struct BrainFormat : IPanelFormat
{
    public static int Vectors => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<TLanes>(ref byte panel, int input, out TLanes low, out TLanes high)
        where TLanes : struct, ILanes<TLanes> =>
        TLanes.LoadPairs(ref Unsafe.Add(ref panel, input * TLanes.Count * sizeof(float)), out low, out high);
}

/// <summary>Floats [input, 2·lanes].</summary>
internal readonly struct SingleFormat : IPanelFormat
{
    public static int Vectors => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<TLanes>(ref byte panel, int input, out TLanes low, out TLanes high)
        where TLanes : struct, ILanes<TLanes>
    {
        low = TLanes.Load(ref Unsafe.Add(ref panel, 2 * input * TLanes.Count * sizeof(float)));
        high = TLanes.Load(ref Unsafe.Add(ref panel, ((2 * input) + 1) * TLanes.Count * sizeof(float)));
    }
}

/// <summary>
/// The inner loops: a panel is two vectors of outputs, and every output adds up its inputs in order, one by one, so that
/// how many rows or panels go together changes no bit. Eight sums in flight hide the latency of the multiply-add. There are no
/// calls and no checks inside, or the sums would live in memory: the caller answers for the bounds.
/// </summary>
internal static class Panels<TLanes, TFormat>
    where TLanes : struct, ILanes<TLanes>
    where TFormat : struct, IPanelFormat
{
    public static int Outputs => 2 * TLanes.Count;

    /// <summary>One panel, four rows of x and, <paramref name="stride"/> apart, of y.</summary>
    public static void FourRows(ref byte panel, ref float x, int inputs, ref float y, int stride)
    {
        TLanes a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        for (int k = 0; k < inputs; k++)
        {
            TFormat.Load(ref panel, k, out TLanes w0, out TLanes w1);
            TLanes value = TLanes.Splat(Unsafe.Add(ref x, k));
            a0 = TLanes.MultiplyAdd(w0, value, a0);
            a1 = TLanes.MultiplyAdd(w1, value, a1);
            value = TLanes.Splat(Unsafe.Add(ref x, k + inputs));
            b0 = TLanes.MultiplyAdd(w0, value, b0);
            b1 = TLanes.MultiplyAdd(w1, value, b1);
            value = TLanes.Splat(Unsafe.Add(ref x, k + (2 * inputs)));
            c0 = TLanes.MultiplyAdd(w0, value, c0);
            c1 = TLanes.MultiplyAdd(w1, value, c1);
            value = TLanes.Splat(Unsafe.Add(ref x, k + (3 * inputs)));
            d0 = TLanes.MultiplyAdd(w0, value, d0);
            d1 = TLanes.MultiplyAdd(w1, value, d1);
        }

        Store(a0, a1, ref y);
        Store(b0, b1, ref Unsafe.Add(ref y, stride));
        Store(c0, c1, ref Unsafe.Add(ref y, 2 * stride));
        Store(d0, d1, ref Unsafe.Add(ref y, 3 * stride));
    }

    /// <summary>Four panels, one row of x.</summary>
    public static void FourPanels(ref byte panel, int panelBytes, ref float x, int inputs, ref float y)
    {
        TLanes a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        for (int k = 0; k < inputs; k++)
        {
            TLanes value = TLanes.Splat(Unsafe.Add(ref x, k));
            TFormat.Load(ref panel, k, out TLanes w0, out TLanes w1);
            a0 = TLanes.MultiplyAdd(w0, value, a0);
            a1 = TLanes.MultiplyAdd(w1, value, a1);
            TFormat.Load(ref Unsafe.Add(ref panel, panelBytes), k, out w0, out w1);
            b0 = TLanes.MultiplyAdd(w0, value, b0);
            b1 = TLanes.MultiplyAdd(w1, value, b1);
            TFormat.Load(ref Unsafe.Add(ref panel, 2 * panelBytes), k, out w0, out w1);
            c0 = TLanes.MultiplyAdd(w0, value, c0);
            c1 = TLanes.MultiplyAdd(w1, value, c1);
            TFormat.Load(ref Unsafe.Add(ref panel, 3 * panelBytes), k, out w0, out w1);
            d0 = TLanes.MultiplyAdd(w0, value, d0);
            d1 = TLanes.MultiplyAdd(w1, value, d1);
        }

        Store(a0, a1, ref y);
        Store(b0, b1, ref Unsafe.Add(ref y, Outputs));
        Store(c0, c1, ref Unsafe.Add(ref y, 2 * Outputs));
        Store(d0, d1, ref Unsafe.Add(ref y, 3 * Outputs));
    }

    /// <summary>One panel, one row: what is left over.</summary>
    public static void OnePanel(ref byte panel, ref float x, int inputs, ref float y)
    {
        TLanes a0 = default, a1 = default;
        for (int k = 0; k < inputs; k++)
        {
            TLanes value = TLanes.Splat(Unsafe.Add(ref x, k));
            TFormat.Load(ref panel, k, out TLanes w0, out TLanes w1);
            a0 = TLanes.MultiplyAdd(w0, value, a0);
            a1 = TLanes.MultiplyAdd(w1, value, a1);
        }

        Store(a0, a1, ref y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TLanes low, TLanes high, ref float y)
    {
        TLanes.Store(low, ref y);
        TLanes.Store(high, ref Unsafe.Add(ref y, TLanes.Count));
    }
}
