using System;
using System.Collections.Generic;

namespace AttnDsl.Golden;

/// <summary>The command line.</summary>
/// <param name="Folder">Where index.json and the .safetensors files lie.</param>
/// <param name="RequireAll">Whether every case of the index must have a declaration.</param>
/// <param name="Required">Cases that must be there and have a declaration.</param>
/// <param name="Gpu">Whether the GPU twins are run, on a CUDA device or else on the CPU accelerator.</param>
internal sealed record ToolOptions(string Folder, bool RequireAll, IReadOnlyList<string> Required, bool Gpu = false)
{
    public const string Usage = "usage: AttnDsl.Golden FOLDER [--require all|NAME,NAME...] [--gpu]";

    /// <exception cref="FormatException">The command line does not say what to do.</exception>
    public static ToolOptions Parse(IReadOnlyList<string> arguments)
    {
        string? folder = null;
        var requireAll = false;
        var required = new List<string>();
        var gpu = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument == "--require")
            {
                if (++i == arguments.Count)
                {
                    throw new FormatException("--require needs 'all' or names separated by commas");
                }

                if (arguments[i] == "all")
                {
                    requireAll = true;
                }
                else
                {
                    required.AddRange(arguments[i].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
                }
            }
            else if (argument == "--gpu")
            {
                gpu = true;
            }
            else if (argument.StartsWith('-'))
            {
                throw new FormatException($"unknown option '{argument}'");
            }
            else if (folder is null)
            {
                folder = argument;
            }
            else
            {
                throw new FormatException($"a second folder, '{argument}'");
            }
        }

        return new(folder ?? throw new FormatException("no folder given"), requireAll, required, gpu);
    }
}
