using System;
using System.Numerics.Tensors;

namespace AttnDsl.Golden.Layers;

internal delegate TInputs Bind<TInputs>(TimeSlice inputs)
    where TInputs : struct, allows ref struct;

internal delegate void ForwardCall<TInputs>(in TInputs inputs, in TensorSpan<float> output, Forms form)
    where TInputs : struct, allows ref struct;

internal delegate void ContinueCall<TInputs, TState>(in TInputs inputs, in TensorSpan<float> output, TState state, Forms form)
    where TInputs : struct, allows ref struct;

internal delegate void BackwardCall<TInputs, TGradients>(in TInputs inputs, in ReadOnlyTensorSpan<float> outputGradient, in TGradients gradients)
    where TInputs : struct, allows ref struct
    where TGradients : struct, allows ref struct;

internal delegate void BackwardThroughCall<TInputs, TGradients, TState>(
    in TInputs inputs, in ReadOnlyTensorSpan<float> outputGradient, in TGradients gradients, TState initial, TState stateGradient)
    where TInputs : struct, allows ref struct
    where TGradients : struct, allows ref struct;

internal delegate void StateCall<TInputs, TState>(TState state, in TInputs inputs, in TensorSpan<float> output)
    where TInputs : struct, allows ref struct;

internal delegate TensorSpan<float> PartOf<TState>(TState state);

/// <summary>A layer without a state: bidirectional.</summary>
internal sealed class Layer<TInputs, TGradients>(
    Forms forms,
    Bind<TInputs> bind,
    Bind<TGradients> bindGradients,
    ForwardCall<TInputs> forward,
    BackwardCall<TInputs, TGradients> backward) : ILayer
    where TInputs : struct, allows ref struct
    where TGradients : struct, allows ref struct
{
    public Forms Forms => forms;

    public bool IsCausal => false;

    public Func<TimeSlice, float[]>? Table { get; init; }

    public void Forward(TimeSlice inputs, in TensorSpan<float> output, Forms form) => forward(bind(inputs), output, form);

    public void Forward(TimeSlice inputs, in TensorSpan<float> output, ILayerState state, Forms form)
        => throw new NotSupportedException("A bidirectional layer has no state.");

    public void Backward(TimeSlice inputs, in ReadOnlyTensorSpan<float> outputGradient, TimeSlice gradients)
        => backward(bind(inputs), outputGradient, bindGradients(gradients));

    public void Backward(TimeSlice inputs, in ReadOnlyTensorSpan<float> outputGradient, TimeSlice gradients, ILayerState initial, ILayerState stateGradient)
        => throw new NotSupportedException("A bidirectional layer has no state.");

    public ILayerState NewState(int batch, int heads, int capacity)
        => throw new NotSupportedException("A bidirectional layer has no state.");
}

/// <summary>A causal layer.</summary>
internal sealed class Layer<TInputs, TGradients, TState>(
    Forms forms,
    Bind<TInputs> bind,
    Bind<TGradients> bindGradients,
    ForwardCall<TInputs> forward,
    ContinueCall<TInputs, TState> advance,
    BackwardCall<TInputs, TGradients> backward,
    Func<int, int, int, TState> newState,
    StateCall<TInputs, TState> prefill,
    StateCall<TInputs, TState> step) : ILayer
    where TInputs : struct, allows ref struct
    where TGradients : struct, allows ref struct
    where TState : struct, IAttentionState
{
    public Forms Forms => forms;

    public bool IsCausal => true;

    public Func<TimeSlice, float[]>? Table { get; init; }

    /// <summary>Backward with a given initial state and the gradient of the final one.</summary>
    public required BackwardThroughCall<TInputs, TGradients, TState> BackwardThrough { get; init; }

    /// <summary>The matrix of its state, when it has one.</summary>
    public PartOf<TState>? Matrix { get; init; }

    /// <summary>Its key sum, the n of mLSTM, or the mean of its keys.</summary>
    public PartOf<TState>? KeySum { get; init; }

    /// <summary>Its running maximum.</summary>
    public PartOf<TState>? Maximum { get; init; }

    /// <summary>The mean of its values.</summary>
    public PartOf<TState>? ValueMean { get; init; }

    /// <summary>How many tokens it counts.</summary>
    public PartOf<TState>? Count { get; init; }

    public void Forward(TimeSlice inputs, in TensorSpan<float> output, Forms form) => forward(bind(inputs), output, form);

    public void Forward(TimeSlice inputs, in TensorSpan<float> output, ILayerState state, Forms form)
        => advance(bind(inputs), output, ((LayerState)state).Value, form);

    public void Backward(TimeSlice inputs, in ReadOnlyTensorSpan<float> outputGradient, TimeSlice gradients)
        => backward(bind(inputs), outputGradient, bindGradients(gradients));

    public void Backward(TimeSlice inputs, in ReadOnlyTensorSpan<float> outputGradient, TimeSlice gradients, ILayerState initial, ILayerState stateGradient)
        => BackwardThrough(bind(inputs), outputGradient, bindGradients(gradients), ((LayerState)initial).Value, ((LayerState)stateGradient).Value);

    public ILayerState NewState(int batch, int heads, int capacity) => new LayerState(this, newState(batch, heads, capacity));

    private sealed class LayerState(Layer<TInputs, TGradients, TState> layer, TState value) : ILayerState
    {
        public TState Value => value;

        public IAttentionState Common => value;

        public void Prefill(TimeSlice inputs, in TensorSpan<float> output) => layer.CallPrefill(value, inputs, output);

        public void Step(TimeSlice inputs, in TensorSpan<float> output) => layer.CallStep(value, inputs, output);

        public float[] ReadMatrix() => Read(layer.Matrix);

        public float[] ReadKeySum() => Read(layer.KeySum);

        public float[] ReadMaximum() => Read(layer.Maximum);

        public float[] ReadValueMean() => Read(layer.ValueMean);

        public float[] ReadCount() => Read(layer.Count);

        public void WriteMatrix(float[] matrix) => Write(layer.Matrix, matrix);

        public void WriteKeySum(float[] keySum) => Write(layer.KeySum, keySum);

        private void Write(PartOf<TState>? part, float[] values)
        {
            var target = (part ?? throw new NotSupportedException("The state has no such part."))(value);
            new ReadOnlyTensorSpan<float>(values, target.Lengths).CopyTo(target);
        }

        private float[] Read(PartOf<TState>? part)
        {
            if (part is null)
            {
                return [];
            }

            var span = part(value);
            var copy = new float[span.FlattenedLength];
            span.FlattenTo(copy);
            return copy;
        }
    }

    private void CallPrefill(TState state, TimeSlice inputs, in TensorSpan<float> output) => prefill(state, bind(inputs), output);

    private void CallStep(TState state, TimeSlice inputs, in TensorSpan<float> output) => step(state, bind(inputs), output);
}
