using System;
using System.Collections.Generic;
using System.Linq;

namespace AttnDsl.Benchmarks.Peers.Onnx;

/// <summary>An ONNX model of one operator, so that no model file is needed. Field numbers are those of onnx.proto.</summary>
internal static class OnnxModel
{
    public const string Domain = "com.microsoft";

    private const int IrVersion = 8, Opset = 17, DomainVersion = 1;

    /// <param name="attributes">Values are text or whole numbers.</param>
    /// <param name="inputs">In the operator's order; without a tensor, one that is left out.</param>
    public static byte[] Of(string operation, (string Name, object Value)[] attributes, (string Name, OrtTensor? Tensor)[] inputs, (string Name, OrtTensor Tensor)[] outputs)
    {
        var node = new Protobuf();
        foreach (var (name, tensor) in inputs)
        {
            node.Text(1, tensor is null ? "" : name);
        }

        foreach (var (name, _) in outputs)
        {
            node.Text(2, name);
        }

        node.Text(3, operation).Text(4, operation);
        foreach (var (name, value) in attributes)
        {
            node.Message(5, Attribute(name, value));
        }

        node.Text(7, Domain);
        var graph = new Protobuf().Message(1, node).Text(2, operation);
        foreach (var (name, tensor) in inputs.Where(input => input.Tensor is not null))
        {
            graph.Message(11, Port(name, tensor!));
        }

        foreach (var (name, tensor) in outputs)
        {
            graph.Message(12, Port(name, tensor));
        }

        return new Protobuf()
            .Integer(1, IrVersion)
            .Message(7, graph)
            .Message(8, new Protobuf().Text(1, "").Integer(2, Opset))
            .Message(8, new Protobuf().Text(1, Domain).Integer(2, DomainVersion))
            .ToArray();
    }

    private static Protobuf Attribute(string name, object value)
    {
        const int whole = 2, text = 3;
        var attribute = new Protobuf().Text(1, name);
        return value switch
        {
            long number => attribute.Integer(3, number).Integer(20, whole),
            string word => attribute.Text(4, word).Integer(20, text),
            _ => throw new ArgumentException($"No attribute of {value.GetType()}.", nameof(value)),
        };
    }

    private static Protobuf Port(string name, OrtTensor tensor)
    {
        var shape = new Protobuf();
        foreach (var length in tensor.Lengths)
        {
            shape.Message(1, new Protobuf().Integer(1, length));
        }

        var type = new Protobuf().Integer(1, (int)tensor.Element).Message(2, shape);
        return new Protobuf().Text(1, name).Message(2, new Protobuf().Message(1, type));
    }
}
