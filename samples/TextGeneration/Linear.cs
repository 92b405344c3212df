using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TextGeneration;

/// <summary>
/// Dense layer <c>y = W x (+ b)</c> over rows. Weights are repacked once into panels of two vectors of outputs, input by input,
/// so that one vector of weights meets one broadcast input: no horizontal sums, and every output is summed in the same order
/// whether one row is given or many. BF16 stays BF16: generation is bound by the weights that stream through the caches.
/// </summary>
internal sealed class Linear
{
    private readonly byte[] _panels;
    private readonly float[]? _bias;
    private readonly bool _packed;

    public Linear(Safetensors file, string name, int inputs, int outputs, bool bias = false)
    {
        Inputs = inputs;
        Outputs = outputs;
        _packed = file.Expect(name + ".weight", outputs, inputs).Type == ElementType.BF16;
        _panels = _packed ? PackBrain(file.Bytes(name + ".weight")) : PackSingle(file.Floats(name + ".weight", outputs, inputs));
        _bias = bias ? file.Floats(name + ".bias", outputs) : null;
    }

    public int Inputs { get; }

    public int Outputs { get; }

    public int Parameters => (Inputs * Outputs) + (_bias?.Length ?? 0);

    public int WeightBytes => _panels.Length + (sizeof(float) * (_bias?.Length ?? 0));

    private static int Lanes => Vector<float>.Count;

    private int PanelCount => (Outputs + (2 * Lanes) - 1) / (2 * Lanes);

    /// <summary>x [rows, Inputs], y [rows, Outputs].</summary>
    public void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        int rows = x.Length / Inputs;
        ArgumentOutOfRangeException.ThrowIfNotEqual(x.Length, rows * Inputs, nameof(x));
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, rows * Outputs, nameof(y));
        if (_packed)
        {
            Multiply<BrainPanel>(x, y, rows);
        }
        else
        {
            Multiply<SinglePanel>(x, y, rows);
        }

        for (int row = 0; _bias is not null && row < rows; row++)
        {
            Span<float> target = y.Slice(row * Outputs, Outputs);
            TensorPrimitives.Add(target, _bias, target);
        }
    }

    private void Multiply<TPanel>(ReadOnlySpan<float> x, Span<float> y, int rows)
        where TPanel : struct, IPanel
    {
        int panelBytes = Inputs * TPanel.Stride;
        int panels = PanelCount;
        ref byte weights = ref MemoryMarshal.GetArrayDataReference(_panels);
        ref float source = ref MemoryMarshal.GetReference(x);
        int blocked = rows & ~3;

        // A panel stays in the first-level cache while all rows of the batch pass it.
        for (int p = 0; p < panels && blocked > 0; p++)
        {
            for (int row = 0; row < blocked; row += 4)
            {
                FourRows<TPanel>(ref Unsafe.Add(ref weights, p * panelBytes), ref Unsafe.Add(ref source, row * Inputs), y[(row * Outputs)..], p * 2 * Lanes);
            }
        }

        for (int row = blocked; row < rows; row++)
        {
            ref float input = ref Unsafe.Add(ref source, row * Inputs);
            Span<float> output = y.Slice(row * Outputs, Outputs);
            int p = 0;
            for (; p + 4 <= panels; p += 4)
            {
                FourPanels<TPanel>(ref Unsafe.Add(ref weights, p * panelBytes), panelBytes, ref input, output, p * 2 * Lanes);
            }

            for (; p < panels; p++)
            {
                OnePanel<TPanel>(ref Unsafe.Add(ref weights, p * panelBytes), ref input, output, p * 2 * Lanes);
            }
        }
    }

    private void FourRows<TPanel>(ref byte panel, ref float x, Span<float> y, int output)
        where TPanel : struct, IPanel
    {
        Vector<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        int n = Inputs;
        for (int k = 0; k < n; k++)
        {
            TPanel.Load(ref panel, k, out Vector<float> w0, out Vector<float> w1);
            Vector<float> value = new(Unsafe.Add(ref x, k));
            a0 = Vector.MultiplyAddEstimate(w0, value, a0);
            a1 = Vector.MultiplyAddEstimate(w1, value, a1);
            value = new(Unsafe.Add(ref x, k + n));
            b0 = Vector.MultiplyAddEstimate(w0, value, b0);
            b1 = Vector.MultiplyAddEstimate(w1, value, b1);
            value = new(Unsafe.Add(ref x, k + (2 * n)));
            c0 = Vector.MultiplyAddEstimate(w0, value, c0);
            c1 = Vector.MultiplyAddEstimate(w1, value, c1);
            value = new(Unsafe.Add(ref x, k + (3 * n)));
            d0 = Vector.MultiplyAddEstimate(w0, value, d0);
            d1 = Vector.MultiplyAddEstimate(w1, value, d1);
        }

        Store(a0, a1, y[..Outputs], output);
        Store(b0, b1, y.Slice(Outputs, Outputs), output);
        Store(c0, c1, y.Slice(2 * Outputs, Outputs), output);
        Store(d0, d1, y.Slice(3 * Outputs, Outputs), output);
    }

    private void FourPanels<TPanel>(ref byte panel, int panelBytes, ref float x, Span<float> y, int output)
        where TPanel : struct, IPanel
    {
        Vector<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        for (int k = 0; k < Inputs; k++)
        {
            Vector<float> value = new(Unsafe.Add(ref x, k));
            TPanel.Load(ref panel, k, out Vector<float> w0, out Vector<float> w1);
            a0 = Vector.MultiplyAddEstimate(w0, value, a0);
            a1 = Vector.MultiplyAddEstimate(w1, value, a1);
            TPanel.Load(ref Unsafe.Add(ref panel, panelBytes), k, out w0, out w1);
            b0 = Vector.MultiplyAddEstimate(w0, value, b0);
            b1 = Vector.MultiplyAddEstimate(w1, value, b1);
            TPanel.Load(ref Unsafe.Add(ref panel, 2 * panelBytes), k, out w0, out w1);
            c0 = Vector.MultiplyAddEstimate(w0, value, c0);
            c1 = Vector.MultiplyAddEstimate(w1, value, c1);
            TPanel.Load(ref Unsafe.Add(ref panel, 3 * panelBytes), k, out w0, out w1);
            d0 = Vector.MultiplyAddEstimate(w0, value, d0);
            d1 = Vector.MultiplyAddEstimate(w1, value, d1);
        }

        Store(a0, a1, y, output);
        Store(b0, b1, y, output + (2 * Lanes));
        Store(c0, c1, y, output + (4 * Lanes));
        Store(d0, d1, y, output + (6 * Lanes));
    }

    private void OnePanel<TPanel>(ref byte panel, ref float x, Span<float> y, int output)
        where TPanel : struct, IPanel
    {
        Vector<float> a0 = default, a1 = default;
        for (int k = 0; k < Inputs; k++)
        {
            Vector<float> value = new(Unsafe.Add(ref x, k));
            TPanel.Load(ref panel, k, out Vector<float> w0, out Vector<float> w1);
            a0 = Vector.MultiplyAddEstimate(w0, value, a0);
            a1 = Vector.MultiplyAddEstimate(w1, value, a1);
        }

        Store(a0, a1, y, output);
    }

    /// <summary>Writes two vectors of outputs; the last panel may stand over the end of the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector<float> low, Vector<float> high, Span<float> row, int output)
    {
        if (output + (2 * Lanes) <= row.Length)
        {
            low.CopyTo(row[output..]);
            high.CopyTo(row[(output + Lanes)..]);
            return;
        }

        for (int lane = 0; output + lane < row.Length; lane++)
        {
            row[output + lane] = lane < Lanes ? low[lane] : high[lane - Lanes];
        }
    }

    /// <summary>Words [panel, input, lane]: output <c>lane</c> in the low half, output <c>lanes + lane</c> in the high half.</summary>
    private byte[] PackBrain(ReadOnlySpan<byte> weights)
    {
        byte[] panels = new byte[PanelCount * Inputs * BrainPanel.Stride];
        Span<uint> words = MemoryMarshal.Cast<byte, uint>(panels.AsSpan());
        for (int output = 0; output < Outputs; output++)
        {
            int panel = output / (2 * Lanes), lane = output % (2 * Lanes);
            for (int k = 0; k < Inputs; k++)
            {
                uint bits = BinaryPrimitives.ReadUInt16LittleEndian(weights[(2 * ((output * Inputs) + k))..]);
                words[(((panel * Inputs) + k) * Lanes) + (lane % Lanes)] |= lane < Lanes ? bits : bits << 16;
            }
        }

        return panels;
    }

    /// <summary>Floats [panel, input, 2·lanes].</summary>
    private byte[] PackSingle(ReadOnlySpan<float> weights)
    {
        byte[] panels = new byte[PanelCount * Inputs * SinglePanel.Stride];
        Span<float> floats = MemoryMarshal.Cast<byte, float>(panels.AsSpan());
        for (int output = 0; output < Outputs; output++)
        {
            int panel = output / (2 * Lanes), lane = output % (2 * Lanes);
            for (int k = 0; k < Inputs; k++)
            {
                floats[(((panel * Inputs) + k) * 2 * Lanes) + lane] = weights[(output * Inputs) + k];
            }
        }

        return panels;
    }

    /// <summary>How the weights of two vectors of outputs lie in memory; a type parameter, so that the loops above exist once.</summary>
    private interface IPanel
    {
        /// <summary>Bytes of one input.</summary>
        static abstract int Stride { get; }

        static abstract void Load(ref byte panel, int input, out Vector<float> low, out Vector<float> high);
    }

    private readonly struct BrainPanel : IPanel
    {
        public static int Stride => Vector<byte>.Count;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Load(ref byte panel, int input, out Vector<float> low, out Vector<float> high)
        {
            // BF16 is the upper half of a float.
            Vector<uint> pair = Unsafe.ReadUnaligned<Vector<uint>>(ref Unsafe.Add(ref panel, input * Stride));
            low = Vector.AsVectorSingle(pair << 16);
            high = Vector.AsVectorSingle(pair & new Vector<uint>(0xFFFF0000));
        }
    }

    private readonly struct SinglePanel : IPanel
    {
        public static int Stride => 2 * Vector<byte>.Count;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Load(ref byte panel, int input, out Vector<float> low, out Vector<float> high)
        {
            ref byte at = ref Unsafe.Add(ref panel, input * Stride);
            low = Unsafe.ReadUnaligned<Vector<float>>(ref at);
            high = Unsafe.ReadUnaligned<Vector<float>>(ref Unsafe.Add(ref at, Vector<byte>.Count));
        }
    }
}
