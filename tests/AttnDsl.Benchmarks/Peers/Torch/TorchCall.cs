using System;
using System.Linq;
using System.Numerics.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace AttnDsl.Benchmarks.Peers.Torch;

/// <summary>Inputs q, k, v and what else an operation takes, heads first, [B,H,T,·].</summary>
internal readonly record struct TorchInputs(Tensor Q, Tensor K, Tensor V, Tensor? G = null, Tensor? Beta = null)
{
    public Tensor[] All => [.. new[] { Q, K, V, G, Beta }.OfType<Tensor>()];
}

/// <summary>A torch operation over the inputs of a layer: forward without a graph, or forward and autograd's gradients of every input.</summary>
internal sealed class TorchCall : PeerCall
{
    private readonly Func<TorchInputs, Tensor> _operation;
    private readonly TorchInputs _inputs;
    private readonly Tensor? _outputGradient;
    private Tensor[] _results = [];

    public TorchCall(TorchInputs inputs, int threads, Func<TorchInputs, Tensor> operation, TensorSpan<float> outputGradient = default)
    {
        set_num_threads(threads);
        (_inputs, _operation) = (inputs, operation);
        if (outputGradient.IsEmpty)
        {
            return;
        }

        _outputGradient = HeadsFirst(outputGradient);
        foreach (var input in inputs.All)
        {
            input.requires_grad_(true);
        }
    }

    /// <summary>[B,T,H,·] as [B,H,T,·], dense.</summary>
    public static Tensor HeadsFirst(TensorSpan<float> values)
    {
        var flat = new float[values.FlattenedLength];
        values.FlattenTo(flat);
        using var tokensFirst = tensor(flat, [.. values.Lengths.ToArray().Select(length => (long)length)]);
        return tokensFirst.transpose(1, 2).contiguous();
    }

    public override void Run()
    {
        Forget();
        using var scope = NewDisposeScope();
        if (_outputGradient is null)
        {
            using var noGraph = no_grad();
            _results = [_operation(_inputs).MoveToOuterDisposeScope()];
            return;
        }

        var output = _operation(_inputs);
        var gradients = autograd.grad([output], _inputs.All, [_outputGradient]);
        _results = [output.detach().MoveToOuterDisposeScope(), .. gradients.Take(3).Select(gradient => gradient.MoveToOuterDisposeScope())];
    }

    public override float[][] Results() => [.. _results.Select(result =>
    {
        using var tokensFirst = result.transpose(1, 2).contiguous();
        return tokensFirst.data<float>().ToArray();
    })];

    public override void Dispose()
    {
        Forget();
        _outputGradient?.Dispose();
        foreach (var input in _inputs.All)
        {
            input.Dispose();
        }
    }

    private void Forget()
    {
        foreach (var result in _results)
        {
            result.Dispose();
        }

        _results = [];
    }
}
