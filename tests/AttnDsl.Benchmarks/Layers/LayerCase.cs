using System;

namespace AttnDsl.Benchmarks;

/// <summary>A layer over a sequence of some length: everything is allocated and filled, the calls are all there is to time.</summary>
internal abstract class LayerCase(ILayer layer, int time)
{
    public string Name => layer.Name;

    public int Width => layer.Width;

    public int Time => time;

    public LayerCost Cost => layer.Cost;

    public LayerSlice Inputs { get; } = new(layer.Width, time);

    public LayerSlice Token { get; } = new(layer.Width, 1);

    public LayerSlice Gradients { get; } = new(layer.Width, time, zero: true);

    /// <summary>Gradient of a loss by the output.</summary>
    public LayerSlice OutputGradient { get; } = new(layer.Width, time);

    /// <summary>[B,T,H,V] of the last call.</summary>
    public float[] Output { get; } = new float[LayerSlice.Batch * time * LayerSlice.Heads * layer.Width];

    /// <summary>Bytes that a pass reads and writes if it touches each tensor once.</summary>
    public abstract long SequenceBytes { get; }

    /// <summary>Makes the inputs, which otherwise the first call does.</summary>
    public abstract void FillInputs();

    /// <summary>The same of the gradients, with every page of them touched.</summary>
    public abstract void FillGradients();

    public abstract void Forward(Forms form);

    public abstract void ForwardBackward();

    /// <summary>A state that has seen the sequence, or null where the layer has none.</summary>
    public abstract LayerStepper? Prefilled(int steps);

    /// <summary>Whether the layer has this form.</summary>
    public bool Has(Forms form)
    {
        try
        {
            Forward(form);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

/// <summary>Steps behind a sequence.</summary>
internal abstract class LayerStepper
{
    /// <summary>[B,1,H,V] of the last step.</summary>
    public abstract float[] Output { get; }

    /// <summary>Bytes that one step moves: its token, and the state, read and where it does not only grow written.</summary>
    public abstract long Bytes { get; }

    /// <summary>Bytes of the token and the state.</summary>
    public abstract long WorkingSet { get; }

    public abstract void Step();

    /// <summary>Makes room for as many steps as the first time.</summary>
    public abstract void Renew();
}
