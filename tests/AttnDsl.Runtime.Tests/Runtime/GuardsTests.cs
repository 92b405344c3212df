using System;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using AttnDsl.Runtime;
using Xunit;

namespace AttnDsl.Tests.Runtime;

public sealed class GuardsTests
{
    private readonly float[] _data = new float[1000];

    [Fact]
    public void Input_RightShape_Passes()
    {
        Guards.Input(Tensor(2, 5, 4, 16), "K", "[B,T,H,K]", 2, 5, 4, 16);
        Guards.Input(Tensor(2, 5, 4), "Gate", "[B,T,H]", 2, 5, 4);
        Guards.Input(Tensor(1, 1, 1, 1), "K", "[B,T,H,K]", 1, 1, 1, 1);
        Guards.Input(Tensor(0, 5, 4, 16), "K", "[B,T,H,K]", 0, 5, 4, 16);
        Guards.Input(Tensor(2, 0, 4, 16), "K", "[B,T,H,K]", 2, 0, 4, 16);
        Guards.Input(new ReadOnlyTensorSpan<float>(_data, [2, 5, 4, 16], [0, 16, 0, 1]), "K", "[B,T,H,K]", 2, 5, 4, 16);
    }

    [Fact]
    public void Input_WrongShape_NamesBothShapes()
    {
        AssertMessage("K has shape [2,5,3,16], expected [B,T,H,K] = [2,5,4,16]",
            () => Guards.Input(Tensor(2, 5, 3, 16), "K", "[B,T,H,K]", 2, 5, 4, 16));
        AssertMessage("K has shape [2,5,64], expected [B,T,H,K] = [2,5,4,16]",
            () => Guards.Input(Tensor(2, 5, 64), "K", "[B,T,H,K]", 2, 5, 4, 16));
        AssertMessage("Gate has shape [2,5,4,1], expected [B,T,H] = [2,5,4]",
            () => Guards.Input(Tensor(2, 5, 4, 1), "Gate", "[B,T,H]", 2, 5, 4));
    }

    [Fact]
    public void Input_Default_SaysHowToSetIt() =>
        AssertMessage("K is missing: set Inputs.K to a tensor [B,T,H,K]", () => Guards.Input(default, "K", "[B,T,H,K]", 2, 5, 4, 16));

    [Fact]
    public void Input_LastAxisNotContiguous_NamesStrideAndRemedy() =>
        AssertMessage(
            "K has stride 4 along its last axis, expected 1: copy it with CopyTo into a dense tensor [B,T,H,K], or arrange its memory so before the call",
            () => Guards.Input(new ReadOnlyTensorSpan<float>(_data, [2, 5, 4, 16], [320, 64, 1, 4]), "K", "[B,T,H,K]", 2, 5, 4, 16));

    [Fact]
    public void Output_Missing_SaysSo() =>
        AssertMessage("output is missing: pass a tensor [B,T,H,V] to write to", () => Guards.Output(default, "output", "[B,T,H,V]", 2, 5, 4, 16));

    [Fact]
    public void Output_WrongShape_NamesBothShapes() =>
        AssertMessage("output has shape [2,5,3,16], expected [B,T,H,V] = [2,5,4,16]",
            () => Guards.Output(new TensorSpan<float>(_data, [2, 5, 3, 16]), "output", "[B,T,H,V]", 2, 5, 4, 16));

    [Fact]
    public void Output_RepeatedAxis_IsRefused() =>
        AssertMessage("output repeats its elements along axis 0 (stride 0): pass a tensor [B,T,H,V] with memory for every element",
            () => Guards.Output(new TensorSpan<float>(_data, [2, 5, 4, 16], [0, 64, 16, 1]), "output", "[B,T,H,V]", 2, 5, 4, 16));

    [Fact]
    public void Arg_Strides_AreTaken()
    {
        TensorArg arg = Guards.Arg(new ReadOnlyTensorSpan<float>(_data, [2, 5, 4, 16], [500, 16, 100, 1]));
        Assert.Equal((500, 16, 100, 0), (arg.Batch, arg.Time, arg.Head, arg.Address));
        TensorArg gate = Guards.Arg(new TensorSpan<float>(_data, [2, 5, 4]));
        Assert.Equal((20, 4, 1), (gate.Batch, gate.Time, gate.Head));
    }

    [Fact]
    public unsafe void At_Indices_AddressesElement()
    {
        fixed (float* address = _data)
        {
            var arg = new TensorArg { Address = (nint)address, Batch = 100, Time = 10, Head = 3 };
            arg.At(2, 3, 1) = 7;
            Assert.Equal(7, _data[233]);
        }
    }

    [Fact]
    public void Reference_FirstElement_OrNull()
    {
        Assert.True(Unsafe.AreSame(ref _data[0], ref Guards.Reference(Tensor(2, 5, 4, 16))));
        Assert.True(Unsafe.AreSame(ref _data[0], ref Guards.Reference(new TensorSpan<float>(_data, [2, 5, 4]))));
        Assert.True(Unsafe.IsNullRef(ref Guards.Reference(default(ReadOnlyTensorSpan<float>))));
        Assert.True(Unsafe.IsNullRef(ref Guards.Reference(Tensor(2, 0, 4, 16))));
    }

    [Fact]
    public void Apart_Overlap_IsRefused()
    {
        AssertMessage("the output overlaps Q in memory, which would be read after it is overwritten: pass a tensor of its own",
            () => Guards.Apart(Out(0), In(0), "Q"));
        Assert.Throws<ArgumentException>(() => Guards.Apart(Out(0), In(119), "Q"));
        Assert.Throws<ArgumentException>(() => Guards.Apart(Out(119), In(0), "Q"));
        Guards.Apart(Out(0), In(120), "Q");
        Guards.Apart(Out(120), In(0), "Q");
        Guards.Apart(Out(0), new ReadOnlyTensorSpan<float>(new float[120], [1, 5, 4, 6]), "Q");
        Guards.Apart(Out(0), default, "Q");

        TensorSpan<float> Out(int start) => new(_data.AsSpan(start), [1, 5, 4, 6]);
        ReadOnlyTensorSpan<float> In(int start) => new(_data.AsSpan(start), [1, 5, 4, 6]);
    }

    [Fact]
    public void Tensors_WrongLength_NamesShapeAndProduct()
    {
        Assert.Equal(4, Tensors.Of(new ReadOnlySpan<float>(new float[640]), [2, 5, 4, 16], "q", "[B,T,H,K]").Rank);
        Assert.Equal(0, Tensors.Of(ReadOnlySpan<float>.Empty, [2, 0, 4, 16], "q", "[B,T,H,K]").FlattenedLength);
        AssertMessage("q has 120 floats, expected [B,T,H,K] = [2,5,4,16]: 640 floats", () => Tensors.Of(new ReadOnlySpan<float>(new float[120]), [2, 5, 4, 16], "q", "[B,T,H,K]"));
    }

    [Fact]
    public void Messages_ForeignCulture_StayTheSame()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var foreign = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        foreign.NumberFormat.NegativeSign = "\u2212";
        CultureInfo.CurrentCulture = foreign;
        try
        {
            AssertMessage("q [B,T] cannot have the lengths [-1,4]: batch, time and heads are 0 or more", () => Tensors.Of(ReadOnlySpan<float>.Empty, [-1, 4], "q", "[B,T]"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static void AssertMessage(string expected, Action action) => Assert.Equal(expected, Assert.Throws<ArgumentException>(action).Message);

    private ReadOnlyTensorSpan<float> Tensor(params ReadOnlySpan<nint> lengths) => new(_data, lengths);
}
