using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AttnDsl.Space.Running;

/// <summary>A report on disk: the name of the space, then a line for each point as soon as it is known; in the end in the order of the points.</summary>
internal sealed class ReportFile : IDisposable
{
    private static readonly JsonSerializerOptions s_options = new() { Converters = { new JsonStringEnumConverter() }, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _path;
    private readonly string _name;
    private readonly SortedDictionary<int, Finding> _findings = [];
    private readonly StreamWriter _writer;

    /// <exception cref="FormatException">There is a report of something else.</exception>
    public ReportFile(string path, string name)
    {
        (_path, _name) = (path, name);
        if (File.Exists(path))
        {
            var (known, findings) = Read(path);
            if (known != name) throw new FormatException($"{path} is a report of '{known}', not of '{name}'");
            foreach (var finding in findings) _findings[finding.Index] = finding;
        }

        // A line that was cut off goes.
        Rewrite();
        _writer = new(path, append: true) { AutoFlush = true };
    }

    public IReadOnlyDictionary<int, Finding> Findings => _findings;

    public void Add(Finding finding)
    {
        _findings[finding.Index] = finding;
        _writer.WriteLine(ToLine(finding));
    }

    public void Dispose()
    {
        _writer.Dispose();
        Rewrite();
    }

    public static string ToLine(Finding finding) => JsonSerializer.Serialize(finding, s_options);

    public static Finding? OfLine(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Finding>(line, s_options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The name of the space and what became of its points.</summary>
    public static (string Name, IReadOnlyList<Finding> Findings) Read(string path)
    {
        var lines = File.ReadAllLines(path);
        return lines.Length == 0 ? throw new FormatException($"{path} is no report") : (lines[0], [.. lines.Skip(1).Select(OfLine).OfType<Finding>()]);
    }

    private void Rewrite() => File.WriteAllLines(_path, [_name, .. _findings.Values.Select(ToLine)]);
}
