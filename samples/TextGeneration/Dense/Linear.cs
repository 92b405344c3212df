using System;
using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TextGeneration.Dense;

/// <summary>
/// Dense layer <c>y = W x (+ b)</c> over rows. Weights are repacked once into panels of two vectors of outputs, input by input,
/// so that one vector of weights meets one broadcast input and no sum runs across a vector. BF16 stays BF16: generation is bound
/// by the weights that stream through the caches.
/// </summary>
internal sealed class Linear
{
    private readonly byte[] _panels;
    private readonly float[]? _bias;
    private readonly bool _brain;

    public Linear(Safetensors file, string name, int inputs, int outputs, bool bias = false)
    {
        Inputs = inputs;
        Outputs = outputs;
        _brain = file.Expect(name + ".weight", outputs, inputs).Type == ElementType.BF16;
        _panels = _brain ? PackBrain(file.Bytes(name + ".weight")) : PackSingle(file.Floats(name + ".weight", outputs, inputs));
        _bias = bias ? file.Floats(name + ".bias", outputs) : null;
    }

    /// <summary>Floats in a vector of the dense loops.</summary>
    public static int Lanes => Vector512.IsHardwareAccelerated ? WideLanes.Count : PlainLanes.Count;

    public int Inputs { get; }

    public int Outputs { get; }

    public int Parameters => (Inputs * Outputs) + (_bias?.Length ?? 0);

    public int WeightBytes => _panels.Length + (sizeof(float) * (_bias?.Length ?? 0));

    private int PanelCount => (Outputs + (2 * Lanes) - 1) / (2 * Lanes);

    /// <summary>x [rows, Inputs], y [rows, Outputs].</summary>
    public void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        int rows = x.Length / Inputs;
        ArgumentOutOfRangeException.ThrowIfNotEqual(x.Length, rows * Inputs, nameof(x));
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, rows * Outputs, nameof(y));
        switch (_brain, Vector512.IsHardwareAccelerated)
        {
            case (true, true): Multiply<WideLanes, BrainFormat>(x, y, rows); break;
            case (true, false): Multiply<PlainLanes, BrainFormat>(x, y, rows); break;
            case (false, true): Multiply<WideLanes, SingleFormat>(x, y, rows); break;
            case (false, false): Multiply<PlainLanes, SingleFormat>(x, y, rows); break;
        }

        for (int row = 0; _bias is not null && row < rows; row++)
        {
            Span<float> target = y.Slice(row * Outputs, Outputs);
            TensorPrimitives.Add(target, _bias, target);
        }
    }

    private void Multiply<TLanes, TFormat>(ReadOnlySpan<float> x, Span<float> y, int rows)
        where TLanes : struct, ILanes<TLanes>
        where TFormat : struct, IPanelFormat
    {
        int panelBytes = Inputs * TFormat.Vectors * TLanes.Count * sizeof(float);
        int wide = Panels<TLanes, TFormat>.Outputs, full = Outputs / wide, blocked = rows & ~3;
        ref byte weights = ref MemoryMarshal.GetArrayDataReference(_panels);
        ref float source = ref MemoryMarshal.GetReference(x);
        ref float target = ref MemoryMarshal.GetReference(y);

        // The last panel may stand over the end of a row: its outputs go here first.
        Span<float> tile = stackalloc float[4 * wide];

        // A panel stays in the first-level cache while all rows of the batch pass it.
        for (int p = 0; p < PanelCount && blocked > 0; p++)
        {
            ref byte panel = ref Unsafe.Add(ref weights, p * panelBytes);
            for (int row = 0; row < blocked; row += 4)
            {
                ref float input = ref Unsafe.Add(ref source, row * Inputs);
                if (p < full)
                {
                    Panels<TLanes, TFormat>.FourRows(ref panel, ref input, Inputs, ref Unsafe.Add(ref target, (row * Outputs) + (p * wide)), Outputs);
                    continue;
                }

                Panels<TLanes, TFormat>.FourRows(ref panel, ref input, Inputs, ref tile[0], wide);
                for (int i = 0; i < 4; i++)
                {
                    tile.Slice(i * wide, Outputs - (p * wide)).CopyTo(y[(((row + i) * Outputs) + (p * wide))..]);
                }
            }
        }

        for (int row = blocked; row < rows; row++)
        {
            ref float input = ref Unsafe.Add(ref source, row * Inputs);
            int p = 0;
            for (; p + 4 <= full; p += 4)
            {
                Panels<TLanes, TFormat>.FourPanels(
                    ref Unsafe.Add(ref weights, p * panelBytes), panelBytes, ref input, Inputs, ref Unsafe.Add(ref target, (row * Outputs) + (p * wide)));
            }

            for (; p < PanelCount; p++)
            {
                Panels<TLanes, TFormat>.OnePanel(ref Unsafe.Add(ref weights, p * panelBytes), ref input, Inputs, ref tile[0]);
                tile[..Math.Min(wide, Outputs - (p * wide))].CopyTo(y[((row * Outputs) + (p * wide))..]);
            }
        }
    }

    private byte[] PackBrain(ReadOnlySpan<byte> weights)
    {
        byte[] panels = new byte[PanelCount * Inputs * Lanes * sizeof(uint)];
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

    private byte[] PackSingle(ReadOnlySpan<float> weights)
    {
        byte[] panels = new byte[PanelCount * Inputs * 2 * Lanes * sizeof(float)];
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
}
