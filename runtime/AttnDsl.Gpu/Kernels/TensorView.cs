using System.ComponentModel;
using ILGPU;

namespace AttnDsl.Gpu.Kernels;

/// <summary>A tensor as a kernel's parameter: its floats, and the strides of its axes in floats. Rows are contiguous.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct TensorView
{
    /// <summary>The floats, from the first element on.</summary>
    public ArrayView<float> Data;

    /// <summary>From one sequence to the next.</summary>
    public long Batch;

    /// <summary>From one head to the next.</summary>
    public long Head;

    /// <summary>From one token to the next: the row stride of every tile of rows.</summary>
    public int Time;

    /// <summary>A dense tensor [B,H,T,width].</summary>
    public static TensorView Dense(ArrayView<float> data, int heads, int rows, int width) =>
        new() { Data = data, Batch = (long)heads * rows * width, Head = (long)rows * width, Time = width };

    /// <summary>The rows of one head of one sequence, from token <paramref name="t"/> on.</summary>
    public readonly ArrayView<float> At(int b, int t, int h) => Data.SubView(b * Batch + (long)t * Time + h * Head);

    /// <summary>Without the first floats of every row.</summary>
    public readonly TensorView Columns(int from) => this with { Data = Data.SubView(from) };

    /// <summary>Without its first tokens.</summary>
    public readonly TensorView From(int token) => this with { Data = Data.SubView((long)token * Time) };
}

/// <summary>What one launch is about. Which fields count depends on the layer.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct LayerCall
{
    /// <summary>Pieces of work; group g takes g, g + groups, …</summary>
    public int Items;

    /// <summary>Tokens.</summary>
    public int Time;

    /// <summary>Heads among which the items are dealt.</summary>
    public int Heads;

    /// <summary>Output heads that share one of the others.</summary>
    public int Group;

    /// <summary>Blocks a head.</summary>
    public int Blocks;

    /// <summary>Rows of keys.</summary>
    public int KeyRows;

    /// <summary>Position of the first query.</summary>
    public int QueryFirst;

    /// <summary>Position of the first row of keys.</summary>
    public int KeyFirst;

    /// <summary>Floats from one head's state to the next, and of its gradient: where heads of a cache carry something.</summary>
    public int StateUnit, StateGradUnit;

    /// <summary>Tokens between the sinks and the row behind them, where the two lie together.</summary>
    public int SinkGap;

    /// <summary>W.</summary>
    public int Window;

    /// <summary>Chunks a head, whose states are kept for the backward pass.</summary>
    public int Chunks;
}
