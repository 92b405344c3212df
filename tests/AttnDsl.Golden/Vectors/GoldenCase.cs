using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace AttnDsl.Golden.Vectors;

/// <summary>A case with its tensors.</summary>
internal sealed record GoldenCase(IndexEntry Entry, IReadOnlyDictionary<string, FloatTensor> Tensors)
{
    public string Name => Entry.Name;

    /// <exception cref="InvalidDataException">The file cannot be read, or is not what the index says.</exception>
    public static GoldenCase Read(string folder, IndexEntry entry)
    {
        var tensors = SafeTensors.Read(Path.Combine(folder, entry.Name + ".safetensors"));
        foreach (var (name, shape) in entry.Shapes)
        {
            if (!tensors.TryGetValue(name, out var tensor))
            {
                throw new InvalidDataException($"{entry.Name}.safetensors: tensor '{name}' of the index is not in the file");
            }

            if (!tensor.Shape.SequenceEqual(shape))
            {
                throw new InvalidDataException(
                    $"{entry.Name}.safetensors: tensor '{name}' is [{string.Join(',', tensor.Shape)}], the index says [{string.Join(',', shape)}]");
            }
        }

        return new(entry, tensors);
    }

    public FloatTensor? Find(string name) => Tensors.GetValueOrDefault(name);
}
