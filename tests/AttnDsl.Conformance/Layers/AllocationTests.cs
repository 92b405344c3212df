using System;
using System.Linq;
using System.Numerics.Tensors;
using System.Threading;
using AttnDsl.Conformance.Support;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Conformance.Layers;

public sealed class AllocationTests
{
    private const int Batch = 2, Time = 200, Heads = 2;

    private static readonly CancellationTokenSource s_source = new();

    [Fact]
    public void Gla_SteadyState_AllocatesNothing()
    {
        var x = Draw("Gla80x96", Time);
        var output = new TensorSpan<float>(new float[Batch * Time * Heads * 96], [Batch, Time, Heads, 96]);
        var inputs = new Gla80x96.Inputs { Q = Of(x.Q, Time, 80), K = Of(x.K, Time, 80), V = Of(x.V, Time, 96), G = Of(x.G, Time, 80) };
        foreach (var form in new[] { Forms.Fastest, Forms.Parallel, Forms.Chunkwise, Forms.Recurrent })
        {
            AssertNone(inputs, output, form, static (in i, in o, form) => Gla80x96.Forward(in i, in o, form));
        }

        var one = Draw("Gla80x96", 1);
        var row = new TensorSpan<float>(new float[Batch * Heads * 96], [Batch, 1, Heads, 96]);
        var token = new Gla80x96.Inputs { Q = Of(one.Q, 1, 80), K = Of(one.K, 1, 80), V = Of(one.V, 1, 96), G = Of(one.G, 1, 80) };
        var state = new Gla80x96.State(Batch, Heads);
        AssertNone(token, row, state, static (in i, in o, s) => s.Step(in i, in o));
        AssertNone(inputs, output, state, static (in i, in o, s) => s.Prefill(in i, in o));
        AssertNone(inputs, output, state, static (in i, in o, s) => Gla80x96.Forward(in i, in o, s));
        AssertNone(inputs, output, state, static (in i, in o, s) => s.Prefill(in i, in o, s_source.Token));
    }

    [Fact]
    public void Slots_SteadyState_AllocatesNothing()
    {
        var x = Draw("Gla80x96", 1);
        var row = new TensorSpan<float>(new float[Batch * Heads * 96], [Batch, 1, Heads, 96]);
        var token = new Gla80x96.Inputs { Q = Of(x.Q, 1, 80), K = Of(x.K, 1, 80), V = Of(x.V, 1, 96), G = Of(x.G, 1, 80) };
        var state = new Gla80x96.State(5, Heads, snapshots: 3);
        AssertNone(token, row, state, static (in i, in o, s) =>
        {
            s.Step(in i, in o, [4, 1]);
            s.Rollback(4, 1);
            s.Reset(1);
            s.CopySlot(4, 2);
        });

        var y = Draw("Rotary80x96", 1);
        var window = new Rotary80x96.State(5, Heads, snapshots: 3);
        AssertNone(new Rotary80x96.Inputs { Q = Of(y.Q, 1, 80), K = Of(y.K, 1, 80), V = Of(y.V, 1, 96) }, row, window, static (in i, in o, s) =>
        {
            s.Step(in i, in o, [4, 1]);
            s.Rollback(4, 1);
            s.Reset(1);
            s.CopySlot(4, 2);
        });
    }

    [Fact]
    public void Packed_SteadyState_AllocatesNothing()
    {
        var x = Draw("Gla80x96", Time);
        var output = new TensorSpan<float>(new float[Batch * Time * Heads * 96], [1, Batch * Time, Heads, 96]);
        var inputs = new Gla80x96.Inputs { Q = Of(x.Q, 80), K = Of(x.K, 80), V = Of(x.V, 96), G = Of(x.G, 80) };
        AssertNone(inputs, output, new Gla80x96.State(3, Heads), static (in i, in o, s) => Gla80x96.Forward(in i, in o, [0, 1, 70, Batch * Time], s));
        var gradients = new Gla80x96.Gradients { Q = New(80), K = New(80), V = New(96), G = New(80) };
        AssertNone(inputs, New(96), gradients, false, static (in i, in o, in g, _) => Gla80x96.Backward(in i, o, in g, [0, 1, 70, Batch * Time]));

        static ReadOnlyTensorSpan<float> Of(float[] data, int width) => new(data, [1, Batch * Time, Heads, width]);
        static TensorSpan<float> New(int width) => new(new float[Batch * Time * Heads * width], [1, Batch * Time, Heads, width]);
    }

    [Fact]
    public void RotaryWindow_SteadyState_AllocatesNothing()
    {
        var x = Draw("Rotary80x96", Time);
        var output = new TensorSpan<float>(new float[Batch * Time * Heads * 96], [Batch, Time, Heads, 96]);
        var inputs = new Rotary80x96.Inputs { Q = Of(x.Q, Time, 80), K = Of(x.K, Time, 80), V = Of(x.V, Time, 96) };
        foreach (var form in new[] { Forms.Fastest, Forms.Parallel, Forms.Recurrent })
        {
            AssertNone(inputs, output, form, static (in i, in o, form) => Rotary80x96.Forward(in i, in o, form));
        }

        var one = Draw("Rotary80x96", 1);
        var row = new TensorSpan<float>(new float[Batch * Heads * 96], [Batch, 1, Heads, 96]);
        var token = new Rotary80x96.Inputs { Q = Of(one.Q, 1, 80), K = Of(one.K, 1, 80), V = Of(one.V, 1, 96) };
        var state = new Rotary80x96.State(Batch, Heads);
        AssertNone(token, row, state, static (in i, in o, s) => s.Step(in i, in o));
        AssertNone(inputs, output, state, static (in i, in o, s) => s.Prefill(in i, in o));
    }

    [Fact]
    public void Mlstm_SteadyState_AllocatesNothing()
    {
        var x = Draw("Mlstm80x96", Time);
        var output = new TensorSpan<float>(new float[Batch * Time * Heads * 96], [Batch, Time, Heads, 96]);
        var inputs = new Mlstm80x96.Inputs
        {
            Q = Of(x.Q, Time, 80),
            K = Of(x.K, Time, 80),
            V = Of(x.V, Time, 96),
            G = new(x.G, [Batch, Time, Heads]),
            I = new(x.I, [Batch, Time, Heads]),
        };
        AssertNone(inputs, output, Forms.Fastest, static (in i, in o, form) => Mlstm80x96.Forward(in i, in o, form));
        AssertNone(inputs, output, new Mlstm80x96.State(Batch, Heads), static (in i, in o, s) => s.Prefill(in i, in o));
    }

    [Fact]
    public void GroupedDelta_SteadyState_AllocatesNothing()
    {
        var x = Draw("GroupedDelta80x96", Time);
        var output = new TensorSpan<float>(new float[Batch * Time * 4 * 96], [Batch, Time, 4, 96]);
        var inputs = new GroupedDelta80x96.Inputs
        {
            Q = Of(x.Q, Time, 80),
            K = Of(x.K, Time, 80),
            V = new(x.V, [Batch, Time, 4, 96]),
            G = new(x.G, [Batch, Time, 4]),
            Beta = new(x.Beta, [Batch, Time, 4]),
        };
        AssertNone(inputs, output, Forms.Fastest, static (in i, in o, form) => GroupedDelta80x96.Forward(in i, in o, form));
        AssertNone(inputs, output, new GroupedDelta80x96.State(Batch), static (in i, in o, s) => s.Prefill(in i, in o));
    }

    [Fact]
    public void GlaBackward_SteadyState_AllocatesNothing()
    {
        var x = Draw("Gla80x96", Time);
        var inputs = new Gla80x96.Inputs { Q = Of(x.Q, Time, 80), K = Of(x.K, Time, 80), V = Of(x.V, Time, 96), G = Of(x.G, Time, 80) };
        var gradients = new Gla80x96.Gradients { Q = New(Heads, 80), K = New(Heads, 80), V = New(Heads, 96), G = New(Heads, 80) };
        AssertNone(inputs, New(Heads, 96), gradients, false, static (in i, in o, in g, _) => Gla80x96.Backward(in i, o, in g));
        AssertNone(
            inputs, New(Heads, 96), gradients, (Initial: new Gla80x96.State(Batch, Heads), Gradient: new Gla80x96.State(Batch, Heads)),
            static (in i, in o, in g, s) => Gla80x96.Backward(in i, o, in g, s.Initial, s.Gradient));
    }

    [Fact]
    public void RotaryGroupedBackward_SteadyState_AllocatesNothing()
    {
        var x = new Draw(12).Inputs(GradientSubjects.All["RotaryGrouped80x96"].Spec, Batch, Time);
        var inputs = new RotaryGrouped80x96.Inputs { Q = new(x.Q, [Batch, Time, 4, 80]), K = Of(x.K, Time, 80), V = Of(x.V, Time, 96) };
        var gradients = new RotaryGrouped80x96.Gradients { Q = New(4, 80), K = New(Heads, 80), V = New(Heads, 96) };
        AssertNone(inputs, New(4, 96), gradients, false, static (in i, in o, in g, _) => RotaryGrouped80x96.Backward(in i, o, in g));
        AssertNone(
            inputs, New(4, 96), gradients, (Initial: new RotaryGrouped80x96.State(Batch, 4), Gradient: new RotaryGrouped80x96.State(Batch, 4)),
            static (in i, in o, in g, s) => RotaryGrouped80x96.Backward(in i, o, in g, s.Initial, s.Gradient));
    }

    [Fact]
    public void GroupedDeltaBackward_SteadyState_AllocatesNothing()
    {
        var x = Draw("GroupedDelta80x96", Time);
        var inputs = new GroupedDelta80x96.Inputs
        {
            Q = Of(x.Q, Time, 80),
            K = Of(x.K, Time, 80),
            V = new(x.V, [Batch, Time, 4, 96]),
            G = new(x.G, [Batch, Time, 4]),
            Beta = new(x.Beta, [Batch, Time, 4]),
        };
        var gradients = new GroupedDelta80x96.Gradients { Q = New(Heads, 80), K = New(Heads, 80), V = New(4, 96), G = New(4), Beta = New(4) };
        AssertNone(inputs, New(4, 96), gradients, false, static (in i, in o, in g, _) => GroupedDelta80x96.Backward(in i, o, in g));
    }

    [Fact]
    public void MlstmBackward_SteadyState_AllocatesNothing()
    {
        var x = Draw("Mlstm80x96", Time);
        var inputs = new Mlstm80x96.Inputs
        {
            Q = Of(x.Q, Time, 80),
            K = Of(x.K, Time, 80),
            V = Of(x.V, Time, 96),
            G = new(x.G, [Batch, Time, Heads]),
            I = new(x.I, [Batch, Time, Heads]),
        };
        var gradients = new Mlstm80x96.Gradients { Q = New(Heads, 80), K = New(Heads, 80), V = New(Heads, 96), G = New(Heads), I = New(Heads) };
        AssertNone(inputs, New(Heads, 96), gradients, false, static (in i, in o, in g, _) => Mlstm80x96.Backward(in i, o, in g));
    }

    private delegate void BackwardCall<TInputs, TGradients, TArgument>(
        in TInputs inputs, in TensorSpan<float> outputGradient, in TGradients gradients, TArgument argument)
        where TInputs : struct, allows ref struct
        where TGradients : struct, allows ref struct;

    private delegate void Call<TInputs, TArgument>(in TInputs inputs, in TensorSpan<float> output, TArgument argument)
        where TInputs : struct, allows ref struct;

    private static void AssertNone<TInputs, TArgument>(in TInputs inputs, in TensorSpan<float> output, TArgument argument, Call<TInputs, TArgument> call)
        where TInputs : struct, allows ref struct
    {
        var measured = new Least();
        while (measured.Next())
        {
            for (var i = 0; i < 3; i++)
            {
                call(in inputs, in output, argument);
            }
        }

        Assert.Equal(0, measured.Bytes);
    }

    private static void AssertNone<TInputs, TGradients, TArgument>(
        in TInputs inputs, in TensorSpan<float> outputGradient, in TGradients gradients, TArgument argument, BackwardCall<TInputs, TGradients, TArgument> call)
        where TInputs : struct, allows ref struct
        where TGradients : struct, allows ref struct
    {
        var measured = new Least();
        while (measured.Next())
        {
            for (var i = 0; i < 3; i++)
            {
                call(in inputs, in outputGradient, in gradients, argument);
            }
        }

        Assert.Equal(0, measured.Bytes);
    }

    private static TensorSpan<float> New(params int[] axes)
        => new(new float[axes.Aggregate(Batch * Time, (length, axis) => length * axis)], [Batch, Time, .. axes.Select(axis => (nint)axis)]);

    private static ReadOnlyTensorSpan<float> Of(float[] data, int time, int width) => new(data, [Batch, time, Heads, width]);

    private static LayerInputs Draw(string subject, int time) => new Draw(12).Inputs(Subject.All[subject].Spec, Batch, time);

    /// <summary>Bytes that all threads allocate in a round: the least of several rounds, as the test host allocates now and then too.</summary>
    private struct Least()
    {
        private int _rounds;
        private long _before;

        public long Bytes { get; private set; } = long.MaxValue;

        /// <summary>Ends a round and begins another, if there is to be one.</summary>
        public bool Next()
        {
            if (_rounds > 0)
            {
                Bytes = Math.Min(Bytes, GC.GetTotalAllocatedBytes(precise: true) - _before);
            }

            _before = GC.GetTotalAllocatedBytes(precise: true);
            return _rounds++ < 12 && Bytes > 0;
        }
    }
}
