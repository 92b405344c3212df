using System.Numerics.Tensors;
using AttnDsl.Golden.Layers;
using AttnDsl.Reference;

namespace AttnDsl.Space.Compiling;

/// <summary>Everything at once, through contiguous spans.</summary>
internal delegate void SpanForward(TimeSlice inputs, int batch, int time, int heads, int window, float[] output);

/// <summary>Prefill and then Step after Step, through contiguous spans; one sequence.</summary>
internal delegate void SpanStream(TimeSlice inputs, int time, int prefilled, int heads, int window, float[] output);

/// <summary>Sequences one behind the other.</summary>
internal delegate void PackedForward(TimeSlice inputs, in TensorSpan<float> output, int[] cuSeqLens);

/// <summary>Their gradients.</summary>
internal delegate void PackedBackward(TimeSlice inputs, in TensorSpan<float> outputGradient, TimeSlice gradients, int[] cuSeqLens);

/// <summary>A compiled declaration, reached without knowing its types.</summary>
/// <param name="Layer">Its members that take tensors.</param>
/// <param name="Spans">Its <c>Forward</c> over spans.</param>
/// <param name="StreamSpans">The members of its <c>State</c> over spans; none for a bidirectional layer.</param>
/// <param name="Packed">Its <c>Forward</c> over packed sequences; none for a bidirectional layer.</param>
/// <param name="PackedBackward">Its <c>Backward</c> over packed sequences.</param>
internal sealed record Access(ILayer Layer, SpanForward Spans, SpanStream? StreamSpans, PackedForward? Packed, PackedBackward? PackedBackward)
{
    /// <summary>The layer as it looks its map's functions up in a table, where it can.</summary>
    public ILayer? Tabulated { get; init; }

    /// <summary>The layer's own methods in every precision, where parts of it are such.</summary>
    public OwnFunctions? Functions { get; init; }

    /// <summary>All of a tensor, by the name that a member or a parameter has.</summary>
    public static float[] Data(TimeSlice inputs, string name) => inputs.Tensors[inputs.NameOf(name)].Data;
}
