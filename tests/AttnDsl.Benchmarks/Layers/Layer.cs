using System;
using System.Numerics.Tensors;

namespace AttnDsl.Benchmarks;

/// <summary>A declared layer. Its Inputs are a type of its own with nothing in common with others, by design: the declaration's row binds them.</summary>
internal interface ILayer
{
    string Name { get; }

    int Width { get; }

    LayerCost Cost { get; }

    LayerCase Over(int time);
}

internal delegate T Bind<T>(LayerSlice slice)
    where T : struct, allows ref struct;

internal delegate void ForwardCall<TInputs>(in TInputs inputs, in TensorSpan<float> output, Forms form)
    where TInputs : struct, allows ref struct;

internal delegate void ContinueCall<TInputs, TState>(in TInputs inputs, in TensorSpan<float> output, TState state, Forms form)
    where TInputs : struct, allows ref struct;

internal delegate void BackwardCall<TInputs, TGradients>(in TInputs inputs, in ReadOnlyTensorSpan<float> outputGradient, in TGradients gradients)
    where TInputs : struct, allows ref struct
    where TGradients : struct, allows ref struct;

internal delegate void StepCall<TInputs, TState>(TState state, in TInputs inputs, in TensorSpan<float> output)
    where TInputs : struct, allows ref struct;

internal static class Layer
{
    /// <summary>A causal layer: its two binds, four of its members, and how to make a state of a batch and a capacity in tokens.</summary>
    public static ILayer Of<TInputs, TGradients, TState>(
        string name, int width, LayerCost cost, Bind<TInputs> bind, Bind<TGradients> bindGradients, ForwardCall<TInputs> forward,
        BackwardCall<TInputs, TGradients> backward, ContinueCall<TInputs, TState> advance, Func<int, int, TState> newState, StepCall<TInputs, TState> step)
        where TInputs : struct, allows ref struct
        where TGradients : struct, allows ref struct
        where TState : struct, IAttentionState
        => new Declared<TInputs, TGradients>(name, width, cost, bind, bindGradients, forward, backward)
        {
            Steps = (layer, steps) => new Stepper<TInputs, TState>(layer, steps, bind, advance, newState, step),
        };

    /// <summary>A layer without a state: bidirectional.</summary>
    public static ILayer Of<TInputs, TGradients>(
        string name, int width, LayerCost cost, Bind<TInputs> bind, Bind<TGradients> bindGradients, ForwardCall<TInputs> forward, BackwardCall<TInputs, TGradients> backward)
        where TInputs : struct, allows ref struct
        where TGradients : struct, allows ref struct
        => new Declared<TInputs, TGradients>(name, width, cost, bind, bindGradients, forward, backward);

    private sealed record Declared<TInputs, TGradients>(
        string Name, int Width, LayerCost Cost, Bind<TInputs> Bind, Bind<TGradients> BindGradients, ForwardCall<TInputs> Forward, BackwardCall<TInputs, TGradients> Backward) : ILayer
        where TInputs : struct, allows ref struct
        where TGradients : struct, allows ref struct
    {
        public Func<LayerCase, int, LayerStepper>? Steps { get; init; }

        public LayerCase Over(int time) => new Case<TInputs, TGradients>(this, time);
    }

    private sealed class Case<TInputs, TGradients>(Declared<TInputs, TGradients> layer, int time) : LayerCase(layer, time)
        where TInputs : struct, allows ref struct
        where TGradients : struct, allows ref struct
    {
        public override long SequenceBytes => sizeof(float) * (FloatsOf(layer.Bind, Width, Time) + Output.Length);

        private TensorSpan<float> Target => new(Output, [LayerSlice.Batch, Time, LayerSlice.Heads, Width]);

        public override void FillInputs() => layer.Bind(Inputs);

        public override void FillGradients()
        {
            layer.BindGradients(Gradients);
            Gradients.Touch();
            _ = OutputGradient.V;
        }

        public override void Forward(Forms form) => layer.Forward(layer.Bind(Inputs), Target, form);

        public override void ForwardBackward()
        {
            layer.Forward(layer.Bind(Inputs), Target, Forms.Fastest);
            layer.Backward(layer.Bind(Inputs), OutputGradient.V, layer.BindGradients(Gradients));
        }

        public override LayerStepper? Prefilled(int steps) => layer.Steps?.Invoke(this, steps);
    }

    private sealed class Stepper<TInputs, TState> : LayerStepper
        where TInputs : struct, allows ref struct
        where TState : struct, IAttentionState
    {
        private readonly LayerCase _layer;
        private readonly int _steps;
        private readonly Bind<TInputs> _bind;
        private readonly ContinueCall<TInputs, TState> _advance;
        private readonly StepCall<TInputs, TState> _step;
        private readonly TState _state;

        public Stepper(LayerCase layer, int steps, Bind<TInputs> bind, ContinueCall<TInputs, TState> advance, Func<int, int, TState> newState, StepCall<TInputs, TState> step)
        {
            (_layer, _steps, _bind, _advance, _step) = (layer, steps, bind, advance, step);
            _state = newState(LayerSlice.Batch, layer.Time + steps);
            Output = new float[LayerSlice.Heads * layer.Width];
            Prefill();
            WorkingSet = (sizeof(float) * (FloatsOf(bind, layer.Width, 1) + Output.Length)) + _state.SavedBytes;
            Bytes = WorkingSet + (layer.Cost.Fills ? 0 : _state.SavedBytes);
        }

        public override float[] Output { get; }

        public override long Bytes { get; }

        public override long WorkingSet { get; }

        public override void Step() => _step(_state, _bind(_layer.Token), new(Output, [LayerSlice.Batch, 1, LayerSlice.Heads, _layer.Width]));

        public override void Renew()
        {
            if (!_layer.Cost.Fills)
            {
                return;
            }

            var taken = (int)(_state.Position - _layer.Time);
            if (_state.RollbackLimit(0) >= taken)
            {
                _state.Rollback(taken);
                return;
            }

            _state.Reset();
            Prefill();
        }

        private void Prefill() => _advance(_bind(_layer.Inputs), new(_layer.Output, [LayerSlice.Batch, _layer.Time, LayerSlice.Heads, _layer.Width]), _state, Forms.Fastest);
    }

    private static long FloatsOf<T>(Bind<T> bind, int width, int time)
        where T : struct, allows ref struct
    {
        var slice = new LayerSlice(width, time, zero: true);
        bind(slice);
        return slice.Floats;
    }
}
