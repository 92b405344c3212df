using System;
using System.Collections.Generic;
using System.Linq;

namespace AttnDsl.Benchmarks;

/// <summary>
/// All declared layers. Each file of a width brings its own when the program starts: the files are written for a width of 64, and
/// the build copies them to others (see the project file).
/// </summary>
internal static class LayerTable
{
    private static readonly List<ILayer> s_layers = [];

    public static IEnumerable<int> Widths => s_layers.Select(layer => layer.Width).Distinct().Order();

    public static IEnumerable<ILayer> Of(int width) => s_layers.Where(layer => layer.Width == width);

    public static ILayer? Find(string name, int width) => s_layers.Find(layer => layer.Name == name && layer.Width == width);

    public static void Add(params ReadOnlySpan<ILayer> layers) => s_layers.AddRange(layers);
}
