using System.Globalization;
using System.Linq;
using System.Text;

namespace AttnDsl.Generator.Emit;

/// <summary>File and class names from metadata names: readable, and different for types that differ only in case or arity.</summary>
internal static class HintNames
{
    public static string Of(string metadataName) => $"{Plain(metadataName, '.')}-{Hash(metadataName)}";

    public static string ClassOf(string metadataName) => $"{Plain(metadataName, '_')}_{Hash(metadataName)}";

    private static string Plain(string name, char separator) =>
        new([.. name.Select(c => char.IsLetterOrDigit(c) || c == '_' ? c : separator)]);

    /// <summary>FNV-1a over the UTF-8 bytes: stable across processes, unlike string.GetHashCode.</summary>
    private static string Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(text)) hash = unchecked((hash ^ b) * 16777619u);
        return hash.ToString("x8", CultureInfo.InvariantCulture);
    }
}
