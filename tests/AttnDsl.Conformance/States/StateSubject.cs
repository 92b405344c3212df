using System;
using System.Linq;
using System.Numerics.Tensors;
using System.Reflection;
using System.Threading;
using AttnDsl.Golden.Layers;

namespace AttnDsl.Conformance.States;

internal delegate void PackedCall<TInputs>(in TInputs inputs, in TensorSpan<float> output, ReadOnlySpan<int> cuSeqLens, Forms form)
    where TInputs : struct, allows ref struct;

internal delegate void PackedStateCall<TInputs, TState>(in TInputs inputs, in TensorSpan<float> output, ReadOnlySpan<int> cuSeqLens, TState state, Forms form)
    where TInputs : struct, allows ref struct;

internal delegate void PackedBackward<TInputs, TGradients>(in TInputs inputs, in ReadOnlyTensorSpan<float> outputGradient, in TGradients gradients, ReadOnlySpan<int> cuSeqLens)
    where TInputs : struct, allows ref struct
    where TGradients : struct, allows ref struct;

internal delegate void PackedBackwardThrough<TInputs, TGradients, TState>(
    in TInputs inputs, in ReadOnlyTensorSpan<float> outputGradient, in TGradients gradients, ReadOnlySpan<int> cuSeqLens, TState initial, TState stateGradient)
    where TInputs : struct, allows ref struct
    where TGradients : struct, allows ref struct;

internal delegate void SlotCall<TInputs, TState>(ref TState state, in TInputs inputs, in TensorSpan<float> output, ReadOnlySpan<int> slots)
    where TInputs : struct, allows ref struct;

internal delegate void PackedSlotCall<TInputs, TState>(ref TState state, in TInputs inputs, in TensorSpan<float> output, ReadOnlySpan<int> cuSeqLens, ReadOnlySpan<int> slots)
    where TInputs : struct, allows ref struct;

internal delegate void CancellableForward<TInputs>(in TInputs inputs, in TensorSpan<float> output, Forms form, CancellationToken cancellationToken)
    where TInputs : struct, allows ref struct;

internal delegate void CancellableContinue<TInputs, TState>(in TInputs inputs, in TensorSpan<float> output, TState state, Forms form, CancellationToken cancellationToken)
    where TInputs : struct, allows ref struct;

internal delegate void CancellablePrefill<TInputs, TState>(ref TState state, in TInputs inputs, in TensorSpan<float> output, CancellationToken cancellationToken)
    where TInputs : struct, allows ref struct;

internal delegate void CancellablePackedPrefill<TInputs, TState>(
    ref TState state, in TInputs inputs, in TensorSpan<float> output, ReadOnlySpan<int> cuSeqLens, ReadOnlySpan<int> slots, CancellationToken cancellationToken)
    where TInputs : struct, allows ref struct;

internal delegate void CopyCall<TState>(ref TState state, int slot, TState target, int targetSlot);

/// <summary>What the tests of states ask of a layer, whatever its types. States are boxed; boxes share their memory.</summary>
internal interface IStateSubject
{
    IAttentionState NewState(int batch, int heads, int capacity, int snapshots = 0);

    void Forward(TimeSlice inputs, in TensorSpan<float> output, IAttentionState? state, Forms form);

    void Forward(TimeSlice inputs, in TensorSpan<float> output, ReadOnlySpan<int> cuSeqLens, IAttentionState? state, Forms form);

    void Backward(TimeSlice inputs, in ReadOnlyTensorSpan<float> outputGradient, TimeSlice gradients, IAttentionState? initial, IAttentionState? stateGradient);

    void Backward(TimeSlice inputs, in ReadOnlyTensorSpan<float> outputGradient, TimeSlice gradients, ReadOnlySpan<int> cuSeqLens, IAttentionState? initial, IAttentionState? stateGradient);

    void Step(IAttentionState state, TimeSlice inputs, in TensorSpan<float> output, ReadOnlySpan<int> slots);

    void Prefill(IAttentionState state, TimeSlice inputs, in TensorSpan<float> output, ReadOnlySpan<int> slots);

    void Prefill(IAttentionState state, TimeSlice inputs, in TensorSpan<float> output, ReadOnlySpan<int> cuSeqLens, ReadOnlySpan<int> slots);

    void CopySlot(IAttentionState state, int slot, IAttentionState target, int targetSlot);

    void Forward(TimeSlice inputs, in TensorSpan<float> output, IAttentionState? state, Forms form, CancellationToken cancellationToken);

    void Prefill(IAttentionState state, TimeSlice inputs, in TensorSpan<float> output, CancellationToken cancellationToken);

    void Prefill(IAttentionState state, TimeSlice inputs, in TensorSpan<float> output, ReadOnlySpan<int> cuSeqLens, ReadOnlySpan<int> slots, CancellationToken cancellationToken);
}

/// <summary>A layer, found by its state's type: its methods are bound by their signatures.</summary>
internal sealed class StateSubject<TInputs, TGradients, TState>(Bind<TInputs> bind, Bind<TGradients> gradients) : IStateSubject
    where TInputs : struct, allows ref struct
    where TGradients : struct, allows ref struct
    where TState : struct, IAttentionState
{
    private readonly ForwardCall<TInputs> _forward = Static<ForwardCall<TInputs>>("Forward")!;
    private readonly ContinueCall<TInputs, TState> _continue = Static<ContinueCall<TInputs, TState>>("Forward")!;
    private readonly PackedCall<TInputs> _packed = Static<PackedCall<TInputs>>("Forward")!;
    private readonly PackedStateCall<TInputs, TState> _packedContinue = Static<PackedStateCall<TInputs, TState>>("Forward")!;
    private readonly BackwardCall<TInputs, TGradients> _backward = Static<BackwardCall<TInputs, TGradients>>("Backward")!;
    private readonly BackwardThroughCall<TInputs, TGradients, TState> _through = Static<BackwardThroughCall<TInputs, TGradients, TState>>("Backward")!;
    private readonly PackedBackward<TInputs, TGradients> _packedBackward = Static<PackedBackward<TInputs, TGradients>>("Backward")!;
    private readonly PackedBackwardThrough<TInputs, TGradients, TState> _packedThrough = Static<PackedBackwardThrough<TInputs, TGradients, TState>>("Backward")!;
    private readonly SlotCall<TInputs, TState> _step = Instance<SlotCall<TInputs, TState>>("Step");
    private readonly SlotCall<TInputs, TState> _prefill = Instance<SlotCall<TInputs, TState>>("Prefill");
    private readonly PackedSlotCall<TInputs, TState> _prefillPacked = Instance<PackedSlotCall<TInputs, TState>>("Prefill");
    private readonly CancellableForward<TInputs> _forwardCancellable = Static<CancellableForward<TInputs>>("Forward")!;
    private readonly CancellableContinue<TInputs, TState> _continueCancellable = Static<CancellableContinue<TInputs, TState>>("Forward")!;
    private readonly CancellablePrefill<TInputs, TState> _prefillCancellable = Instance<CancellablePrefill<TInputs, TState>>("Prefill");
    private readonly CancellablePackedPrefill<TInputs, TState> _prefillPackedCancellable = Instance<CancellablePackedPrefill<TInputs, TState>>("Prefill");
    private readonly CopyCall<TState> _copy = Instance<CopyCall<TState>>("CopySlot");

    public IAttentionState NewState(int batch, int heads, int capacity, int snapshots)
    {
        var constructor = typeof(TState).GetConstructors().First(c => c.GetParameters().All(p => p.ParameterType == typeof(int)));
        return (IAttentionState)constructor.Invoke([.. constructor.GetParameters().Select(p => (object)(p.Name switch { "batch" => batch, "heads" => heads, "capacity" => capacity, _ => snapshots }))]);
    }

    public void Forward(TimeSlice inputs, in TensorSpan<float> output, IAttentionState? state, Forms form)
    {
        if (state is TState s) _continue(bind(inputs), output, s, form);
        else _forward(bind(inputs), output, form);
    }

    public void Forward(TimeSlice inputs, in TensorSpan<float> output, ReadOnlySpan<int> cuSeqLens, IAttentionState? state, Forms form)
    {
        if (state is TState s) _packedContinue(bind(inputs), output, cuSeqLens, s, form);
        else _packed(bind(inputs), output, cuSeqLens, form);
    }

    public void Backward(TimeSlice inputs, in ReadOnlyTensorSpan<float> outputGradient, TimeSlice into, IAttentionState? initial, IAttentionState? stateGradient)
    {
        if (initial is TState i && stateGradient is TState g) _through(bind(inputs), outputGradient, gradients(into), i, g);
        else _backward(bind(inputs), outputGradient, gradients(into));
    }

    public void Backward(TimeSlice inputs, in ReadOnlyTensorSpan<float> outputGradient, TimeSlice into, ReadOnlySpan<int> cuSeqLens, IAttentionState? initial, IAttentionState? stateGradient)
    {
        if (initial is TState i && stateGradient is TState g) _packedThrough(bind(inputs), outputGradient, gradients(into), cuSeqLens, i, g);
        else _packedBackward(bind(inputs), outputGradient, gradients(into), cuSeqLens);
    }

    public void Step(IAttentionState state, TimeSlice inputs, in TensorSpan<float> output, ReadOnlySpan<int> slots)
    {
        var s = (TState)state;
        _step(ref s, bind(inputs), output, slots);
    }

    public void Prefill(IAttentionState state, TimeSlice inputs, in TensorSpan<float> output, ReadOnlySpan<int> slots)
    {
        var s = (TState)state;
        _prefill(ref s, bind(inputs), output, slots);
    }

    public void Prefill(IAttentionState state, TimeSlice inputs, in TensorSpan<float> output, ReadOnlySpan<int> cuSeqLens, ReadOnlySpan<int> slots)
    {
        var s = (TState)state;
        _prefillPacked(ref s, bind(inputs), output, cuSeqLens, slots);
    }

    public void CopySlot(IAttentionState state, int slot, IAttentionState target, int targetSlot)
    {
        var s = (TState)state;
        _copy(ref s, slot, (TState)target, targetSlot);
    }

    public void Forward(TimeSlice inputs, in TensorSpan<float> output, IAttentionState? state, Forms form, CancellationToken cancellationToken)
    {
        if (state is TState s) _continueCancellable(bind(inputs), output, s, form, cancellationToken);
        else _forwardCancellable(bind(inputs), output, form, cancellationToken);
    }

    public void Prefill(IAttentionState state, TimeSlice inputs, in TensorSpan<float> output, CancellationToken cancellationToken)
    {
        var s = (TState)state;
        _prefillCancellable(ref s, bind(inputs), output, cancellationToken);
    }

    public void Prefill(IAttentionState state, TimeSlice inputs, in TensorSpan<float> output, ReadOnlySpan<int> cuSeqLens, ReadOnlySpan<int> slots, CancellationToken cancellationToken)
    {
        var s = (TState)state;
        _prefillPackedCancellable(ref s, bind(inputs), output, cuSeqLens, slots, cancellationToken);
    }

    private static TCall? Static<TCall>(string name)
        where TCall : Delegate => Method(typeof(TState).DeclaringType!, name, typeof(TCall), 0)?.CreateDelegate<TCall>();

    private static TCall Instance<TCall>(string name)
        where TCall : Delegate => Method(typeof(TState), name, typeof(TCall), 1)!.CreateDelegate<TCall>();

    private static MethodInfo? Method(Type type, string name, Type call, int skipped)
        => type.GetMethod(name, [.. call.GetMethod("Invoke")!.GetParameters().Skip(skipped).Select(p => p.ParameterType)]);
}
