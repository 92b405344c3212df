using System;
using System.Linq;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace AttnDsl.Benchmarks.Peers.Onnx;

/// <summary>A tensor in aligned native memory, which ONNX Runtime reads or writes in place.</summary>
internal sealed unsafe class OrtTensor : IDisposable
{
    private const int ElementBytes = 4, Alignment = 64;

    private readonly void* _memory;

    private OrtTensor(TensorElementType element, long[] lengths)
    {
        (Element, Lengths) = (element, lengths);
        Count = (int)lengths.Aggregate(1L, (product, length) => product * length);
        _memory = NativeMemory.AlignedAlloc((nuint)(Count * ElementBytes), Alignment);
        NativeMemory.Clear(_memory, (nuint)(Count * ElementBytes));
        Value = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, element, lengths, (nint)_memory, Count * ElementBytes);
    }

    public TensorElementType Element { get; }

    public long[] Lengths { get; }

    public int Count { get; }

    public OrtValue Value { get; }

    public Span<float> Floats => new(_memory, Count);

    public static OrtTensor Zero(params long[] lengths) => new(TensorElementType.Float, lengths);

    public static OrtTensor Of(ReadOnlySpan<float> values, params long[] lengths)
    {
        var tensor = Zero(lengths);
        values.CopyTo(tensor.Floats);
        return tensor;
    }

    public static OrtTensor Of(int value)
    {
        var tensor = new OrtTensor(TensorElementType.Int32, [1]);
        *(int*)tensor._memory = value;
        return tensor;
    }

    public void Dispose()
    {
        Value.Dispose();
        NativeMemory.AlignedFree(_memory);
    }
}
