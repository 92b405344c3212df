using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Conformance.Layers;
using AttnDsl.Conformance.Support;
using AttnDsl.Golden.Layers;
using AttnDsl.Golden.Vectors;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.States;

/// <summary>A layer and a row of tokens, pieces of which stand for sequences.</summary>
internal sealed class StateRun
{
    private readonly LayerSpec _spec;
    private readonly Draw _draw;

    public StateRun(string name, int tokens, int seed)
    {
        (_spec, Layer) = StateSubjects.All[name];
        (_draw, Tokens) = (new Draw(seed), tokens);
        Inputs = _draw.Inputs(_spec, batch: 1, tokens);
        var tensors = new Dictionary<string, FloatTensor>(new SubjectRun(new Subject(name, _spec, null!), Inputs).Tensors);
        if (Inputs.D.Length == 0) tensors["in.d"] = new(_draw.Normal(_spec.Heads, 1), [_spec.Heads]);
        Tensors = tensors;
    }

    public IStateSubject Layer { get; }

    public int Tokens { get; }

    public LayerInputs Inputs { get; }

    public IReadOnlyDictionary<string, FloatTensor> Tensors { get; }

    public bool IsCache => _spec.IsSoftmax;

    public bool HasWindow => _spec.Window > 0;

    /// <summary>Whether every token can be taken back, without snapshots: nothing is dropped, and nothing carried beside the rows.</summary>
    public bool ForgetsNothing => IsCache && !HasWindow && _spec.Decay == DecaySource.None && _spec.Phase is null;

    public Forms[] EachForm => _spec switch
    {
        { IsSoftmax: true } => [Forms.Recurrent, Forms.Parallel],
        { Write: not (WriteKind.Plain or WriteKind.ExponentialGate) } or { Bonus: true } or { Steps: > 1 } or { IsScan: true } or { KeepsRows: true } => [Forms.Recurrent, Forms.Chunkwise],
        _ => [Forms.Recurrent, Forms.Parallel, Forms.Chunkwise],
    };

    public IAttentionState NewState(int batch, int snapshots = 0) => Layer.NewState(batch, _spec.Heads, capacity: Math.Max(4000, Tokens), snapshots);

    public TimeSlice Slice(int start, int count) => new(Tensors, default, start, count);

    /// <summary>As many tokens from each of these places, in batch rows.</summary>
    public TimeSlice Rows(int[] starts, int count)
    {
        var rows = Tensors.ToDictionary(pair => pair.Key, pair => pair.Value.IsLearned ? pair.Value : Gather(pair.Value, starts, count));
        return new(rows, default, 0, count);
    }

    public FloatTensor Output(int batch, int time) => FloatTensor.Poisoned(batch, time, _spec.StateHeads, _spec.ValueDim);

    public FloatTensor Upstream() => new(_draw.Normal(Tokens * _spec.StateHeads * _spec.ValueDim, 1), [1, Tokens, _spec.StateHeads, _spec.ValueDim]);

    public Dictionary<string, FloatTensor> Gradients() => Like(Tensors);

    /// <summary>Room for the gradients of these tensors.</summary>
    public static Dictionary<string, FloatTensor> Like(IReadOnlyDictionary<string, FloatTensor> tensors) =>
        tensors.ToDictionary(pair => pair.Key, pair => FloatTensor.Poisoned(pair.Value.Shape) with { IsLearned = pair.Value.IsLearned });

    /// <summary>Goes on with one sequence alone; its outputs.</summary>
    public float[] Alone(IAttentionState state, int start, int count, Forms form = Forms.Fastest)
    {
        var output = Output(1, count);
        Layer.Forward(Slice(start, count), output.Span, state, form);
        return output.Data;
    }

    /// <summary>What a slot holds, as a state of its own would be saved.</summary>
    public byte[] Saved(IAttentionState state, int slot)
    {
        var one = NewState(1);
        Layer.CopySlot(state, slot, one, 0);
        return one.Save();
    }

    private FloatTensor Gather(FloatTensor tensor, int[] starts, int count)
    {
        // A layer without such an input has an empty tensor of its shape; one with several writes a token has as many rows.
        var rows = Tokens == 0 ? 1 : tensor.Shape[1] / Tokens;
        var width = rows * (tensor.Data.Length == 0 ? 0 : tensor.Shape.Skip(2).Aggregate(1, (product, axis) => product * axis));
        var data = new float[starts.Length * count * width];
        for (var i = 0; i < starts.Length; i++) Array.Copy(tensor.Data, starts[i] * width, data, i * count * width, count * width);
        return new(data, [starts.Length, count * rows, .. tensor.Shape.Skip(2)]);
    }
}
