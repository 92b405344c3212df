using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics.Tensors;
using AttnDsl.Conformance.Support;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Conformance.Layers;

public sealed class GradientErrorTests
{
    private const int Batch = 2, Time = 9, Heads = 2, KeyDim = 7, ValueDim = 5;

    private static readonly LayerInputs s_inputs = new Draw(1).Inputs(Subject.All["Gla7x5"].Spec, Batch, Time);

    [Theory]
    [InlineData("outputGradient", "[B,T,H,V]", "[2,9,2,4]", 2, 9, 2, 4)]
    [InlineData("outputGradient", "[B,T,H,V]", "[2,8,2,5]", 2, 8, 2, 5)]
    [InlineData("outputGradient", "[B,T,H,V]", "[2,9,2]", 2, 9, 2)]
    [InlineData("gradients.Q", "[B,T,H,K]", "[2,9,2,6]", 2, 9, 2, 6)]
    [InlineData("gradients.Q", "[B,T,H,K]", "[1,9,2,7]", 1, 9, 2, 7)]
    [InlineData("gradients.K", "[B,T,H,K]", "[2,9,1,7]", 2, 9, 1, 7)]
    [InlineData("gradients.V", "[B,T,H,V]", "[2,9,2,7]", 2, 9, 2, 7)]
    [InlineData("gradients.G", "[B,T,H,K]", "[2,9,2]", 2, 9, 2)]
    public void Backward_WrongShape_NamesTensorExpectedAndGiven(string tensor, string expected, string given, params int[] shape)
    {
        var call = new Call();
        call.Shapes[tensor] = shape;
        Rejected.With(call.Backward, tensor, expected, given);
        Assert.All(call.Written, value => Assert.Equal(42, value));
    }

    [Fact]
    public void Backward_NoGradients_NamesTheFirst()
        => Rejected.With(() => Gla7x5.Backward(new Call().Inputs, new Call().Upstream, default), "gradients.Q");

    [Fact]
    public void Backward_NoOutputGradient_NamesIt()
        => Rejected.With(() => Gla7x5.Backward(new Call().Inputs, default, new Call().Gradients), "outputGradient");

    [Theory]
    [InlineData("gradients.Q", "Q")]
    [InlineData("gradients.V", "V")]
    [InlineData("gradients.G", "Q")]
    [InlineData("gradients.V", "outputGradient")]
    [InlineData("gradients.K", "gradients.Q")]
    [InlineData("gradients.G", "gradients.K")]
    public void Backward_GradientOverAnotherTensor_NamesBoth(string gradient, string other)
    {
        var call = new Call();
        call.Memory[gradient] = call.Memory[other];
        Rejected.With(call.Backward, gradient, other);
        Assert.Equal(new Call().Memory[other], call.Memory[other]);
    }

    [Fact]
    public void Backward_DefaultState_NamesTheState()
    {
        var (call, state) = (new Call(), new Gla7x5.State(Batch, Heads));
        Rejected.ByState(() => call.BackwardThrough(default, state), "State");
        Rejected.ByState(() => call.BackwardThrough(state, default), "State");
        Assert.All(call.Written, value => Assert.Equal(42, value));
    }

    [Fact]
    public void Backward_StateOfAnotherBatch_SaysBoth()
    {
        var (call, state, other) = (new Call(), new Gla7x5.State(Batch, Heads), new Gla7x5.State(Batch + 1, Heads));
        Rejected.With(() => call.BackwardThrough(other, state), "2", "3");
        Rejected.With(() => call.BackwardThrough(state, other), "2", "3");
        Assert.All(call.Written, value => Assert.Equal(42, value));
    }

    [Fact]
    public void Backward_StateAsItsOwnGradient_IsRefused()
    {
        var (call, state) = (new Call(), new Gla7x5.State(Batch, Heads));
        Rejected.With(() => call.BackwardThrough(state, state), "stateGradient", "initial");
    }

    /// <summary>A call of Gla7x5 with shapes and memory of one's own.</summary>
    private sealed class Call
    {
        public Dictionary<string, int[]> Shapes { get; } = new()
        {
            ["outputGradient"] = [Batch, Time, Heads, ValueDim],
            ["gradients.Q"] = [Batch, Time, Heads, KeyDim],
            ["gradients.K"] = [Batch, Time, Heads, KeyDim],
            ["gradients.V"] = [Batch, Time, Heads, ValueDim],
            ["gradients.G"] = [Batch, Time, Heads, KeyDim],
        };

        public Dictionary<string, float[]> Memory { get; } = new()
        {
            ["Q"] = [.. s_inputs.Q],
            ["K"] = [.. s_inputs.K],
            ["V"] = [.. s_inputs.V],
            ["G"] = [.. s_inputs.G],
            ["outputGradient"] = Filled(1),
            ["gradients.Q"] = Filled(42),
            ["gradients.K"] = Filled(42),
            ["gradients.V"] = Filled(42),
            ["gradients.G"] = Filled(42),
        };

        public Gla7x5.Inputs Inputs => new()
        {
            Q = new(Memory["Q"], [Batch, Time, Heads, KeyDim]),
            K = new(Memory["K"], [Batch, Time, Heads, KeyDim]),
            V = new(Memory["V"], [Batch, Time, Heads, ValueDim]),
            G = new(Memory["G"], [Batch, Time, Heads, KeyDim]),
        };

        public ReadOnlyTensorSpan<float> Upstream => Of("outputGradient");

        public Gla7x5.Gradients Gradients => new() { Q = Of("gradients.Q"), K = Of("gradients.K"), V = Of("gradients.V"), G = Of("gradients.G") };

        public float[] Written => [.. Memory.Where(pair => pair.Key.StartsWith("gradients", StringComparison.Ordinal)).SelectMany(pair => pair.Value)];

        public void Backward() => Gla7x5.Backward(Inputs, Upstream, Gradients);

        public void BackwardThrough(Gla7x5.State initial, Gla7x5.State stateGradient)
            => Gla7x5.Backward(Inputs, Upstream, Gradients, initial, stateGradient);

        private TensorSpan<float> Of(string name) => new(Memory[name], Array.ConvertAll(Shapes[name], axis => (nint)axis));

        private static float[] Filled(float value) => [.. Enumerable.Repeat(value, Batch * Time * Heads * KeyDim)];
    }
}
