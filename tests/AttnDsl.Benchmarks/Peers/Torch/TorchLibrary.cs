using System;
using System.Buffers.Binary;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;

namespace AttnDsl.Benchmarks.Peers.Torch;

/// <summary>
/// Loads libtorch. TorchSharp's native half is built against a libstdc++ of gcc 13, of which it needs one function that older ones lack,
/// <c>std::ios_base_library_init()</c>: it sets up std::cout and its kin, which those do by themselves. There the copy beside this program
/// is made to call another function without arguments or effects.
/// </summary>
internal static class TorchLibrary
{
    private const string NativeHalf = "libLibTorchSharp.so";
    private const string Missing = "_ZSt21ios_base_library_initv", MissingVersion = "GLIBCXX_3.4.32";

    /// <summary>std::get_terminate(), with a shorter name and in libstdc++ since gcc 4.9.</summary>
    private const string Harmless = "_ZSt13get_terminatev", HarmlessVersion = "GLIBCXX_3.4.20";

    /// <summary>Why it does not load, or null if it does.</summary>
    public static string? TryLoad()
    {
        try
        {
            var path = Path.Combine(AppContext.BaseDirectory, NativeHalf);
            if (OperatingSystem.IsLinux() && File.Exists(path) && NativeLibrary.TryLoad("libstdc++.so.6", out var standard) && !NativeLibrary.TryGetExport(standard, Missing, out _))
            {
                Adapt(path);
            }

            using var one = torch.ones(1);
            return null;
        }
        catch (Exception problem) when (problem is TypeInitializationException or DllNotFoundException or NotSupportedException or IOException or ExternalException or EntryPointNotFoundException)
        {
            return (problem.InnerException ?? problem).Message.ReplaceLineEndings(" ");
        }
    }

    private static void Adapt(string path)
    {
        var library = File.ReadAllBytes(path);
        var version = Find(library, Name(MissingVersion));
        var function = Find(library, Name(Missing));
        if (version < 0 || function < 0)
        {
            return;
        }

        Name(HarmlessVersion).CopyTo(library.AsSpan(version));
        Name(Harmless).CopyTo(library.AsSpan(function));

        // An entry of the needed versions: hash of the name, flags, which are 0, then two more fields.
        Span<byte> entry = stackalloc byte[6];
        entry.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(entry, Hash(MissingVersion));
        var at = library.AsSpan().IndexOf(entry);
        BinaryPrimitives.WriteUInt32LittleEndian(library.AsSpan(at), Hash(HarmlessVersion));

        // Another file in its place: the old one may be a link to the package's.
        var adapted = path + ".adapted";
        File.WriteAllBytes(adapted, library);
        File.Move(adapted, path, overwrite: true);
    }

    private static byte[] Name(string text) => Encoding.ASCII.GetBytes($"\0{text}\0");

    private static int Find(ReadOnlySpan<byte> library, ReadOnlySpan<byte> name) => library.IndexOf(name);

    /// <summary>The hash of names in ELF files.</summary>
    private static uint Hash(string name)
    {
        uint hash = 0;
        foreach (var letter in name)
        {
            hash = (hash << 4) + letter;
            var high = hash & 0xF0000000;
            hash = (hash ^ (high >> 24)) & ~high;
        }

        return hash;
    }
}
