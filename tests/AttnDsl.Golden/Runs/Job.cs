using System;
using AttnDsl.Golden.Cases;
using AttnDsl.Golden.Layers;
using AttnDsl.Golden.Vectors;

namespace AttnDsl.Golden.Runs;

/// <summary>A declaration on a case.</summary>
internal sealed record Job(GoldenCase Case, Declaration Declaration)
{
    public ILayer Layer => Declaration.Layer;

    public int Time => Lead.Shape[1];

    /// <summary>The queries; of a layer without them, the values.</summary>
    private FloatTensor Lead => Case.Find("in.q") ?? Case.Tensors["in.v"];

    /// <summary>Three pieces that are no multiples of anything.</summary>
    public int[] Ragged
    {
        get
        {
            var first = Math.Min(Time, (Time / 5) | 1);
            var second = Math.Min(Time - first, (Time / 2) | 1);
            return [first, second, Time - first - second];
        }
    }

    public TimeSlice Slice(int start, int count) => new(Case.Tensors, Case.Entry.Parameters, start, count);

    /// <summary>The state that the case begins with.</summary>
    public ILayerState NewState()
    {
        var state = NewEmptyState();
        if (Declaration.HasInitialState)
        {
            state.WriteMatrix(Case.Tensors[Declaration.InitialState].Data);
        }

        return state;
    }

    public ILayerState NewEmptyState()
    {
        return Layer.NewState(Lead.Shape[0], Lead.Shape[2], Time);
    }
}
