using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.ML.OnnxRuntime;

namespace AttnDsl.Benchmarks.Peers.Onnx;

/// <summary>One operator as a session whose inputs and outputs are bound once: what is timed is the operator, and a call's way to it.</summary>
internal sealed class OrtOperator : PeerCall
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly OrtIoBinding[] _bindings;
    private readonly Dictionary<string, OrtTensor> _ports;
    private readonly string[] _results;
    private int _turn;

    /// <param name="carried">An input and an output that change places after each call, as the state of a decoder does.</param>
    public OrtOperator(
        string operation, int threads, (string Name, object Value)[] attributes, (string Name, OrtTensor? Tensor)[] inputs, (string Name, OrtTensor Tensor)[] outputs,
        (string Input, string Output)? carried = null)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };

        // Its pool may spin while it runs, not behind the call, where it would take a core from whoever comes next.
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        _session = new InferenceSession(OnnxModel.Of(operation, attributes, inputs, outputs), options);
        _ports = inputs.Where(input => input.Tensor is not null).Select(input => (input.Name, Tensor: input.Tensor!)).Concat(outputs).ToDictionary(port => port.Name, port => port.Tensor);
        _results = [outputs[0].Name];
        _bindings = new OrtIoBinding[carried is null ? 1 : 2];
        for (var i = 0; i < _bindings.Length; i++)
        {
            var swapped = i == 1;
            _bindings[i] = _session.CreateIoBinding();
            foreach (var (name, tensor) in inputs)
            {
                if (tensor is not null)
                {
                    _bindings[i].BindInput(name, Bound(name));
                }
            }

            foreach (var (name, _) in outputs)
            {
                _bindings[i].BindOutput(name, Bound(name));
            }

            OrtValue Bound(string name)
            {
                var (input, output) = carried ?? default;
                return _ports[!swapped ? name : name == input ? output : name == output ? input : name].Value;
            }
        }
    }

    public OrtTensor this[string name] => _ports[name];

    public override void Run()
    {
        _session.RunWithBinding(_runOptions, _bindings[_turn]);
        _turn = (_turn + 1) % _bindings.Length;
    }

    public override float[][] Results() => [.. _results.Select(name => _ports[name].Floats.ToArray())];

    public override void Dispose()
    {
        foreach (var binding in _bindings)
        {
            binding.Dispose();
        }

        _runOptions.Dispose();
        _session.Dispose();
        foreach (var tensor in _ports.Values.Distinct())
        {
            tensor.Dispose();
        }
    }
}
