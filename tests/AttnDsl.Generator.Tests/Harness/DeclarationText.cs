using System;
using System.Collections.Generic;
using System.Globalization;
using AttnDsl.Generator.Model;

namespace AttnDsl.Generator.Tests.Harness;

/// <summary>A declaration as a person would write it.</summary>
internal static class DeclarationText
{
    public static string Of(LayerDeclaration d, string name)
    {
        var attributes = new List<string>
        {
            Attribute("AttentionLayer",
                $"KeyDim = {d.KeyDim}", $"ValueDim = {d.ValueDim}", Named("Heads", d.Heads), Named("KeyValueHeads", d.KeyValueHeads), Named("ValueHeads", d.ValueHeads),
                d.Causal ? null : "Causal = false", Named("Scale", d.Scale)),
        };
        if (d.Kernel is { } kernel) attributes.Add(Attribute("FeatureMap", [Enum(kernel), .. Options(d.Map)]));
        if (d.Gate is { } gate) attributes.Add(Attribute("Gate", Enum(gate.Shape), Named("Decay", gate.Decay), Named("Activation", gate.Activation), Named("Temperature", gate.Temperature), gate.LogDecays is { } logs ? $"LogDecays = new double[] {{ {string.Join(", ", System.Linq.Enumerable.Select(logs, x => Number(x)))} }}" : null, Named("Layer", gate.Layer), Named("Layers", gate.Layers), Named("LowerBound", gate.LowerBound), gate.Learned ? "Learned = true" : null));
        if (d.Write is { } write) attributes.Add(Attribute("Write", Enum(write.Rule), Named("Key", write.Key), Named("Strength", write.Strength), Named("StrengthScale", write.StrengthScale), Named("Steps", write.Steps), Named("Slots", write.Slots), write.Bonus ? "Bonus = true" : null));
        if (d.Read is { } read) attributes.Add(Attribute("Read", Enum(read.Normaliser), Named("Epsilon", read.Epsilon), Named("Skip", read.Skip), read.AddsEpsilon ? "AddsEpsilon = true" : null, Named("Eta", read.Eta), Named("Augmentation", read.Augmentation), Named("OutputGate", read.OutputGate), Named("Gradient", read.Gradient), Named("Prior", read.Prior), Named("Levels", read.Levels)));
        if (d.Rotation is { } rotation) attributes.Add(Attribute("Rotation", Enum(rotation.Kind), Named("Base", (double?)rotation.Base), Named("Layout", (PairLayout?)rotation.Layout), Named("Temperature", rotation.Temperature), Named("MaxTemperature", rotation.MaxTemperature), Named("MaxAngle", rotation.MaxAngle), rotation.Differenced is { } differenced ? $"Differenced = {(differenced ? "true" : "false")}" : null, rotation.Bias is { } biased ? $"Bias = {(biased ? "true" : "false")}" : null, Named("Gate", rotation.Gate)));
        if (d.Window is { } window) attributes.Add(Attribute("Window", Number(window.Size), window.RuntimeSized ? "RuntimeSized = true" : null, window.SinkTokens == 0 ? null : $"SinkTokens = {window.SinkTokens}"));
        if (d.Score is { } score) attributes.Add(Attribute("Score", Named("SoftCap", score.SoftCap), Named("Bias", score.Bias), score.SinkLogit ? "SinkLogit = true" : null));
        if (d.Convolution is { } convolution) attributes.Add(Attribute("Convolution", Number(convolution.Width), Enum(convolution.Of), Named("Activation", convolution.Activation), convolution.Columns is { } columns ? $"Columns = {columns}" : null));
        if (d.Form is { } form) attributes.Add(Attribute("Form", Enum(form.Forms), Named("ChunkSize", form.ChunkSize)));
        return $"{string.Join(" ", attributes)}\npublic static partial class {name};";
    }

    private static string?[] Options(MapDeclaration? map) => map is null ? [] :
    [
        Named("Projections", map.Projections), Named("Channels", map.Channels), Named("Hidden", map.Hidden), Named("Activation", map.Activation),
        map.PerChannel ? "PerChannel = true" : null, map.Signed ? "Signed = true" : null, Named("Envelope", map.Envelope),
        map.PerHead ? "PerHead = true" : null, Named("Horizon", map.Horizon), Named("Form", map.Form),
    ];

    private static string Attribute(string name, params string?[] arguments) =>
        $"[AttnDsl.{name}({string.Join(", ", Array.FindAll(arguments, a => a is not null))})]";

    private static string? Named<T>(string name, T? value)
        where T : struct =>
        value is { } v ? $"{name} = {(v is System.Enum e ? Enum(e) : Number(v))}" : null;

    private static string Enum(System.Enum value) => System.Enum.IsDefined(value.GetType(), value)
        ? $"AttnDsl.{value.GetType().Name}.{value}"
        : $"(AttnDsl.{value.GetType().Name}){Convert.ToInt32(value, CultureInfo.InvariantCulture)}";

    private static string Number(object value) => value is double d ? d.ToString("R", CultureInfo.InvariantCulture) + "d" : ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture);
}
