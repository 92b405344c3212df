using AttnDsl.Generator.Tests.Harness;
using Microsoft.CodeAnalysis;
using Xunit;

namespace AttnDsl.Generator.Tests.Places;

/// <summary>Layers that one assembly declares and another uses.</summary>
public sealed class LibraryTests
{
    private const string A = Layers.Attributes;

    [Fact]
    public void PublicLayer_UsedByAnotherAssembly_Runs() => RunBoth($"namespace Library; {A} public static partial class Layer;", "", "Library.Layer");

    [Fact]
    public void InternalLayer_UsedByAFriend_Runs() =>
        RunBoth($"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"Consumer\")] namespace Library {{ {A} internal static partial class Layer; }}", "", "Library.Layer");

    [Fact]
    public void InternalLayer_BesideAFriendsOwnLayers_Runs() =>
        RunBoth(
            $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"Consumer\")] namespace Library {{ {A} internal static partial class Layer; }}",
            $"namespace Library {{ {A} internal static partial class Second; }} {A} internal static partial class Layer;",
            "Library.Layer",
            "Library.Second",
            "Layer");

    private static void RunBoth(string librarySource, string source, params string[] types)
    {
        var library = new Project(librarySource) { Name = "Library" }.Generate();
        var image = library.Image();
        var consumer = new Project(source, ProbeText.Support, ProbeText.Entry([.. System.Linq.Enumerable.Select(types, Layers.Use)]))
        {
            References = References.All.Add(MetadataReference.CreateFromImage(image)),
        };
        consumer.Generate().Load(Loaded.From("Library", image, null)).Run();
    }
}
