using System;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace TextGeneration;

/// <summary>What config.json says of the model.</summary>
/// <param name="Vocabulary">Number of tokens: 256, one a byte.</param>
/// <param name="Dim">Width of the residual stream.</param>
/// <param name="Hidden">Width inside the MLP.</param>
/// <param name="NormEpsilon">ε of every RMSNorm.</param>
/// <param name="SoftCap">Bound on the mLSTM's gate logits.</param>
/// <param name="Pattern">The mixer of each block, <c>swa</c> or <c>mlstm</c>.</param>
internal sealed record SwaxConfig(int Vocabulary, int Dim, int Hidden, float NormEpsilon, float SoftCap, string[] Pattern)
{
    public static SwaxConfig Open(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{Path.GetFileName(path)} is not valid JSON: {problem.Message}");
        }
    }

    private static SwaxConfig Parse(ReadOnlyMemory<byte> text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement json = document.RootElement;

        // The declared layers are code for one width: a model of another one needs other declarations.
        Require(json, "heads", SlidingWindow.Heads, "Heads of SlidingWindow");
        Require(json, "heads", MatrixLstm.Heads, "Heads of MatrixLstm");
        Require(json, "attn_head_dim", SlidingWindow.KeyDim, "KeyDim of SlidingWindow");
        Require(json, "attn_head_dim", SlidingWindow.ValueDim, "ValueDim of SlidingWindow");
        Require(json, "mlstm_key_dim", MatrixLstm.KeyDim, "KeyDim of MatrixLstm");
        Require(json, "mlstm_value_dim", MatrixLstm.ValueDim, "ValueDim of MatrixLstm");
        Require(json, "window_max", Options.LargestWindow, "the window of SlidingWindow");
        Require(json, "rope_base", 10000, "the rotation's base of SlidingWindow");
        Require(json, "mlstm_eps", 1e-6, "Epsilon of MatrixLstm's Read");
        Require(json, "vocab", 256, "the number of bytes");

        string[] pattern = json.TryGetProperty("pattern", out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(item => item.ToString())]
            : [];
        string? unknown = pattern.FirstOrDefault(name => name is not ("swa" or "mlstm"));
        if (unknown is not null || pattern.Length != Whole(json, "layers"))
        {
            throw new InvalidDataException("config.json: pattern must name one mixer a layer, swa or mlstm.");
        }

        return new SwaxConfig(256, Whole(json, "dim"), Whole(json, "mlp_hidden"), (float)Number(json, "norm_eps"), (float)Number(json, "gate_softcap"), pattern);
    }

    private static void Require(JsonElement json, string name, double declared, string what)
    {
        double value = Number(json, name);
        if (value != declared)
        {
            throw new InvalidDataException($"config.json: {name} is {value}, but {what} is {declared}; change the declaration in Layers.cs.");
        }
    }

    private static int Whole(JsonElement json, string name)
    {
        double value = Number(json, name);
        return value == Math.Floor(value) && value is >= 1 and <= 1 << 20
            ? (int)value
            : throw new InvalidDataException($"config.json: {name} is {value}, where a whole number from 1 to {1 << 20} is needed.");
    }

    private static double Number(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : throw new InvalidDataException($"config.json: there is no number '{name}'.");
}
