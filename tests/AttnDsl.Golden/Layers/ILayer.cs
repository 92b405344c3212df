using System;
using System.Numerics.Tensors;

namespace AttnDsl.Golden.Layers;

/// <summary>A declared layer behind one face: its <c>Inputs</c> is a ref struct of its own, so it cannot be reached otherwise.</summary>
internal interface ILayer
{
    /// <summary>The forms it has.</summary>
    Forms Forms { get; }

    /// <summary>Whether it has a <c>State</c>.</summary>
    bool IsCausal { get; }

    /// <summary>Makes the table in which forward passes look their feature map's functions up; null for a layer that computes them.</summary>
    Func<TimeSlice, float[]>? Table { get; }

    void Forward(TimeSlice inputs, in TensorSpan<float> output, Forms form);

    /// <summary>Continues from the state.</summary>
    void Forward(TimeSlice inputs, in TensorSpan<float> output, ILayerState state, Forms form);

    /// <summary><paramref name="gradients"/> are tensors named like the inputs they are of.</summary>
    void Backward(TimeSlice inputs, in ReadOnlyTensorSpan<float> outputGradient, TimeSlice gradients);

    /// <summary>Turns ∂/∂(final state) into ∂/∂(initial state).</summary>
    void Backward(TimeSlice inputs, in ReadOnlyTensorSpan<float> outputGradient, TimeSlice gradients, ILayerState initial, ILayerState stateGradient);

    /// <summary><paramref name="heads"/> are query heads; <paramref name="capacity"/> matters to a cache without window only.</summary>
    ILayerState NewState(int batch, int heads, int capacity);
}

/// <summary>A <c>State</c> behind one face.</summary>
internal interface ILayerState
{
    /// <summary>What it has in common with the states of all layers; a twin's has nothing.</summary>
    IAttentionState Common { get; }

    void Prefill(TimeSlice inputs, in TensorSpan<float> output);

    void Step(TimeSlice inputs, in TensorSpan<float> output);

    /// <summary>Copies the matrix S [B,N,K,V]; empty for a cache.</summary>
    float[] ReadMatrix();

    /// <summary>Copies z or n [B,N,K], or the mean of the keys; empty without one.</summary>
    float[] ReadKeySum();

    /// <summary>Copies the running maximum m [B,N]; empty without one.</summary>
    float[] ReadMaximum();

    /// <summary>Copies the mean of the values [B,N,V]; empty without one.</summary>
    float[] ReadValueMean();

    /// <summary>Copies the count of tokens [B,N]; empty without one.</summary>
    float[] ReadCount();

    void WriteMatrix(float[] matrix);

    void WriteKeySum(float[] keySum);
}
