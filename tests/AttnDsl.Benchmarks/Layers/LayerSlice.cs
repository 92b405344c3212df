using System;
using System.Numerics.Tensors;

namespace AttnDsl.Benchmarks;

/// <summary>
/// The inputs of any layer over some tokens, of realistic sizes: normal q, k, v; keys of delta rules of length 1; decays of a few per cent
/// a token. Each is made when it is first asked for, and depends on nothing but its name and shape. Of zeros, they are places for gradients.
/// </summary>
internal sealed class LayerSlice(int width, int time, bool zero = false)
{
    public const int Batch = 1, Heads = 8;

    /// <summary>Writes of a product of Householder steps, slots of a slot memory, levels of log-linear attention: as their layers declare them.</summary>
    public const int Writes = 2, SlotCount = 64, LevelCount = 12;

    private static readonly Func<float, float> s_plain = x => x;
    private static readonly Func<float, float> s_logDecay = x => -0.1f * Sigmoid(x);
    private static readonly Func<float, float> s_share = Sigmoid;
    private static readonly Func<float, float> s_step = x => 0.1f * Sigmoid(x);
    private static readonly Func<float, float> s_open = x => x + 3;

    private readonly float[]?[] _values = new float[]?[Enum.GetValues<Name>().Length];

    private enum Name
    {
        Q, K, UnitK, V, KeyDecay, KeyLogits, ValueDecay, ValueLogits, ValueStep, OutputGate, Phase, Removed, Added, SlotWeight, SlotDecay, LevelScale,
        MapQ, MapK, MapW, MapB, MapA1, MapC1, MapA2, MapC2, GroupK, GroupV, SharedQ, SharedK, Decay, Logits, Beta, InputGate, Eta, Step, WrittenK, WrittenV, WrittenBeta, Rate, ChannelRate, Skip, ChannelSkip,
        Bonus, Sink, Power, Augmentation,
    }

    public int Width => width;

    public int Time => time;

    /// <summary>Floats of all that was asked for.</summary>
    public long Floats { get; private set; }

    /// <summary>Writes to all that was asked for.</summary>
    public void Touch()
    {
        foreach (var values in _values)
        {
            values.AsSpan().Fill(1);
        }
    }

    // [B,T,H,·]
    public TensorSpan<float> Q => Rows(Name.Q, width, s_plain);

    public TensorSpan<float> K => Rows(Name.K, width, s_plain);

    public TensorSpan<float> UnitK => Rows(Name.UnitK, width, s_plain, unit: true);

    public TensorSpan<float> V => Rows(Name.V, width, s_plain);

    /// <summary>Natural logarithms of decays, one a key channel.</summary>
    public TensorSpan<float> KeyDecay => Rows(Name.KeyDecay, width, s_logDecay);

    /// <summary>What log σ makes decays of.</summary>
    public TensorSpan<float> KeyLogits => Rows(Name.KeyLogits, width, s_plain);

    public TensorSpan<float> ValueDecay => Rows(Name.ValueDecay, width, s_logDecay);

    public TensorSpan<float> ValueLogits => Rows(Name.ValueLogits, width, s_open);

    /// <summary>The input gate of each value channel, before its sigmoid.</summary>
    public TensorSpan<float> ValueBeta => Rows(Name.ValueStep, width, s_plain);

    /// <summary>Δ of each value channel.</summary>
    public TensorSpan<float> ValueStep => Rows(Name.ValueStep, width, s_step);

    public TensorSpan<float> OutputGate => Rows(Name.OutputGate, width, s_plain);

    /// <summary>Angles, one a pair of channels.</summary>
    public TensorSpan<float> Phase => Rows(Name.Phase, width / 2, s_plain);

    /// <summary>a and b of the general delta rule: directions of length 1, the one against the other, so that the state stays bounded.</summary>
    public TensorSpan<float> Removed => Rows(Name.Removed, width, s_plain, unit: true);

    public TensorSpan<float> Added => Rows(Name.Added, width, x => -x, unit: true);

    public TensorSpan<float> SlotWeight => Rows(Name.SlotWeight, SlotCount, s_share);

    public TensorSpan<float> SlotDecay => Rows(Name.SlotDecay, SlotCount, s_logDecay);

    public TensorSpan<float> LevelScale => Rows(Name.LevelScale, LevelCount, s_share);

    /// <summary>q and k of 16 channels, for maps to all their products.</summary>
    public TensorSpan<float> MapQ => Rows(Name.MapQ, 16, s_plain);

    public TensorSpan<float> MapK => Rows(Name.MapK, 16, s_plain);

    /// <summary>[B,T,2,K] and [B,T,2,V]: four query heads share a key head.</summary>
    public TensorSpan<float> GroupK => Tensor(Name.GroupK, [Batch, time, 2, width], s_plain);

    public TensorSpan<float> GroupV => Tensor(Name.GroupV, [Batch, time, 2, width], s_plain);

    /// <summary>[B,T,1,16]: what S6 reads and writes with, the same for all channels.</summary>
    public TensorSpan<float> SharedQ => Tensor(Name.SharedQ, [Batch, time, 1, 16], s_plain);

    public TensorSpan<float> SharedK => Tensor(Name.SharedK, [Batch, time, 1, 16], s_plain);

    // [B,T,H]

    /// <summary>Natural logarithms of decays, one a head.</summary>
    public TensorSpan<float> Decay => Scalars(Name.Decay, s_logDecay);

    /// <summary>What log σ makes decays of.</summary>
    public TensorSpan<float> Logits => Scalars(Name.Logits, s_open);

    public TensorSpan<float> Beta => Scalars(Name.Beta, s_share);

    public TensorSpan<float> InputGate => Scalars(Name.InputGate, s_plain);

    public TensorSpan<float> Eta => Scalars(Name.Eta, s_plain);

    /// <summary>Δ of each head.</summary>
    public TensorSpan<float> Step => Scalars(Name.Step, s_step);

    // [B,nT,H,·]: n writes a token.
    public TensorSpan<float> WrittenK => Tensor(Name.WrittenK, [Batch, Writes * time, Heads, width], s_plain, unit: true);

    public TensorSpan<float> WrittenV => Tensor(Name.WrittenV, [Batch, Writes * time, Heads, width], s_plain);

    public TensorSpan<float> WrittenBeta => Tensor(Name.WrittenBeta, [Batch, Writes * time, Heads], s_share);

    // Learned.
    public TensorSpan<float> Rate => Tensor(Name.Rate, [Heads], s_plain);

    public TensorSpan<float> Skip => Tensor(Name.Skip, [Heads], s_plain);

    public TensorSpan<float> Bonus => Tensor(Name.Bonus, [Heads, width], s_plain);

    public TensorSpan<float> Augmentation => Tensor(Name.Augmentation, [Heads, width], s_plain);

    public TensorSpan<float> Sink => Tensor(Name.Sink, [Heads], s_plain);

    public TensorSpan<float> Power => Tensor(Name.Power, [Heads], s_step);

    public TensorSpan<float> ChannelRate => Tensor(Name.ChannelRate, [Heads, 16, width], s_plain);

    public TensorSpan<float> ChannelSkip => Tensor(Name.ChannelSkip, [Heads, width], s_plain);

    // LUNA's: 16 projections, 4 functions with 16 hidden units.
    public TensorSpan<float> MapW => Tensor(Name.MapW, [16, width], s_plain, unit: true);

    public TensorSpan<float> MapB => Tensor(Name.MapB, [16], s_plain);

    public TensorSpan<float> MapA1 => Tensor(Name.MapA1, [16], s_plain);

    public TensorSpan<float> MapC1 => Tensor(Name.MapC1, [16], s_plain);

    public TensorSpan<float> MapA2 => Tensor(Name.MapA2, [4, 16], s_share);

    public TensorSpan<float> MapC2 => Tensor(Name.MapC2, [4], s_share);

    private TensorSpan<float> Rows(Name name, int channels, Func<float, float> made, bool unit = false) => Tensor(name, [Batch, time, Heads, channels], made, unit);

    private TensorSpan<float> Scalars(Name name, Func<float, float> made) => Tensor(name, [Batch, time, Heads], made);

    private TensorSpan<float> Tensor(Name name, scoped ReadOnlySpan<nint> lengths, Func<float, float> made, bool unit = false)
    {
        var values = _values[(int)name] ??= zero ? new float[Product(lengths)] : Normal(name, (int)Product(lengths), made, unit ? (int)lengths[^1] : 0);
        Floats += values.Length;
        return new(values, lengths);
    }

    private static nint Product(ReadOnlySpan<nint> lengths)
    {
        nint product = 1;
        foreach (var length in lengths)
        {
            product *= length;
        }

        return product;
    }

    private static float[] Normal(Name name, int count, Func<float, float> made, int unitRow)
    {
        var random = new Random(42 + (int)name);
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            // Box-Muller; 1 − u is never zero.
            values[i] = made((float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())));
        }

        for (var i = 0; unitRow > 0 && i < count; i += unitRow)
        {
            var row = values.AsSpan(i, unitRow);
            TensorPrimitives.Divide(row, TensorPrimitives.Norm(row), row);
        }

        return values;
    }

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));
}
