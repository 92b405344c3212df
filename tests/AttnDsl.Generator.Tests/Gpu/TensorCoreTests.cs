using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using AttnDsl.Generator.Emit.Ptx;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Semantics;
using AttnDsl.Generator.Tests.Harness;
using Xunit;

namespace AttnDsl.Generator.Tests.Gpu;

/// <summary>Kernels for tensor cores as texts: whole and consistent, without a device and its assembler.</summary>
public sealed class TensorCoreTests
{
    private static readonly LayerDeclaration s_softmax = Layers.Plain(64, 64) with { Kernel = Kernel.Softmax };

    private static readonly Dictionary<string, LayerDeclaration> s_layers = new()
    {
        ["Causal"] = s_softmax,
        ["Full"] = s_softmax with { Causal = false },
        ["Wide"] = Layers.Plain(128, 128) with { Kernel = Kernel.Softmax },
        ["Widest"] = Layers.Plain(256, 192) with { Kernel = Kernel.Softmax },
        ["Odd"] = Layers.Plain(80, 96) with { Kernel = Kernel.Softmax },
        ["Narrow"] = Layers.Plain(16, 32) with { Kernel = Kernel.Softmax },
        ["Window"] = s_softmax with { Window = new(100, false, 0) },
        ["GroupedSinks"] = s_softmax with { KeyValueHeads = 2, Window = new(100, true, 4) },
        ["Capped"] = s_softmax with { Score = new(30, null) },
        ["Alibi"] = s_softmax with { Score = new(null, PositionBias.Alibi) },
        ["SinkLogit"] = s_softmax with { Score = new(null, null, true) },
        ["Forgetting"] = s_softmax with { KeyValueHeads = 2, Gate = new(GateShape.Head, null, GateActivation.LogSigmoid, null) },
    };

    public static TheoryData<string> Names { get; } = [.. s_layers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Kernels_AsTexts_AreConsistent(string name)
    {
        var kernels = Kernels(name);
        Assert.NotEmpty(kernels);
        foreach (var k in kernels) AssertConsistent(k);
    }

    /// <summary>What stays with the portable kernels, and why.</summary>
    [Fact]
    public void Explanation_SaysWhatTensorCoresDo()
    {
        AssertSaid("KeyDim = 64, ValueDim = 64), AttnDsl.FeatureMap(AttnDsl.Kernel.Softmax)", "tensors of 16 bits run on tensor cores", "gradients in 3 launches");
        AssertSaid("KeyDim = 64, ValueDim = 64), AttnDsl.FeatureMap(AttnDsl.Kernel.Softmax), AttnDsl.Score(SinkLogit = true)", "tensors of 16 bits run on tensor cores", "not gradients");
        AssertSaid("KeyDim = 8, ValueDim = 8), AttnDsl.FeatureMap(AttnDsl.Kernel.Softmax)", "no kernels for tensor cores, because widths are no multiples of 16");
        AssertSaid("KeyDim = 64, ValueDim = 64), AttnDsl.Gate(AttnDsl.GateShape.Key)", "no kernels for tensor cores, because its state is a matrix");

        static void AssertSaid(string attributes, params string[] parts)
        {
            var project = new Project($"[AttnDsl.AttentionLayer({attributes}] public static partial class Layer;").OnGpu();
            var text = project.Generate().Texts.Single(t => t.Key.Count(c => c == '.') == 2).Value;
            Assert.All(parts, p => Assert.Contains(p, text, StringComparison.Ordinal));
        }
    }

    /// <summary>The texts in outline: every comment, and how many instructions of each kind follow it.</summary>
    [Fact]
    public void TensorCores_Outlines()
    {
        var text = new StringBuilder();
        foreach (var name in new[] { "Causal", "GroupedSinks" })
        {
            foreach (var k in Kernels(name)) text.Append(CultureInfo.InvariantCulture, $"---- {name}, {k.Name}: {k.Rows} × {k.LoopRows}, {k.Threads} threads, {k.SharedBytes} bytes of shared memory\n{Outline(k)}\n");
        }

        Snapshot.Verify(text.ToString(), "txt");
    }

    private static List<PtxKernel> Kernels(string name) => [.. TensorPlan.Build(Resolver.Resolve(s_layers[name])).All];

    private static string Outline(PtxKernel k)
    {
        var (text, counts) = (new StringBuilder(), new SortedDictionary<string, int>(StringComparer.Ordinal));
        foreach (var line in k.Module.Split('\n').Select(l => l.Trim()))
        {
            if (line.StartsWith("//", StringComparison.Ordinal) || line.EndsWith(':') || line.StartsWith(".visible", StringComparison.Ordinal))
            {
                Flush();
                text.Append(line).Append('\n');
            }
            else if (Regex.Match(line, @"^(@!?%\w+ )?([a-z][\w.:]*)") is { Success: true } m && line.EndsWith(';'))
            {
                counts[m.Groups[2].Value] = counts.GetValueOrDefault(m.Groups[2].Value) + 1;
            }
        }

        Flush();
        return text.ToString();

        void Flush()
        {
            if (counts.Count > 0) text.Append("    ").AppendJoin(", ", counts.Select(c => $"{c.Value} {c.Key}")).Append('\n');
            counts.Clear();
        }
    }

    private static void AssertConsistent(PtxKernel k)
    {
        Assert.DoesNotContain(k.Module, c => c > '~');
        var lines = k.Module.Split('\n').Select(l => l.Trim()).Where(l => !l.StartsWith("//", StringComparison.Ordinal)).ToList();
        var declared = lines.Where(l => l.StartsWith(".reg", StringComparison.Ordinal)).SelectMany(l => Regex.Matches(l, @"%\w+").Select(m => m.Value)).ToList();
        Assert.Equal(declared.Count, declared.Distinct().Count());
        var body = lines.Where(l => l.EndsWith(';') && !l.StartsWith('.')).ToList();
        var used = body.SelectMany(l => Regex.Matches(l, @"%\w+(\.[xyz])?").Select(m => m.Value)).ToHashSet();
        Assert.Empty(used.Where(u => !u.Contains('.', StringComparison.Ordinal)).Except(declared));
        Assert.Empty(declared.Except(used));

        // What is read was written before it, in the order of the text: loops go back to what stands in front of them.
        var written = new HashSet<string>();
        foreach (var line in body)
        {
            var operands = Regex.Match(line, @"^(?:@!?(%\w+) )?([a-z][\w.:]*)\s*(.*);$");
            Assert.True(operands.Success, line);
            var registers = Regex.Matches(operands.Groups[3].Value, @"\{[^}]*\}|\[[^\]]*\]|[^,\s]+").Select(m => m.Value).ToList();
            var results = operands.Groups[2].Value is var op && (op.StartsWith("st.", StringComparison.Ordinal) || op.StartsWith("cp.async.cg", StringComparison.Ordinal) || op is "bra" or "ret") ? [] : registers.Take(1);
            var reads = registers.Skip(results.Count()).Append(operands.Groups[1].Value).SelectMany(r => Regex.Matches(r, @"%\w+(\.[xyz])?").Select(m => m.Value));
            Assert.All(reads.Where(r => !r.Contains('.', StringComparison.Ordinal)), r => Assert.True(written.Contains(r), $"{k.Name}: {r} is read first by {line}"));
            written.UnionWith(results.SelectMany(r => Regex.Matches(r, @"%\w+").Select(m => m.Value)));
        }

        var labels = lines.Where(l => Regex.IsMatch(l, @"^\$\w+:$")).Select(l => l.TrimEnd(':')).ToList();
        Assert.Equal(labels.Count, labels.Distinct().Count());
        Assert.Empty(body.SelectMany(l => Regex.Matches(l, @"\$\w+").Select(m => m.Value)).Except(labels));
        var parameters = lines.Where(l => l.StartsWith(".param", StringComparison.Ordinal)).Select(l => l.Split(' ')[2].TrimEnd(',')).ToList();
        Assert.Equal(4 * k.Tensors.Count + k.Numbers.Count, parameters.Count);
        Assert.Empty(body.SelectMany(l => Regex.Matches(l, @"ld\.param\.\w+ %\w+, \[(\w+)\]").Select(m => m.Groups[1].Value)).Except(parameters));

        // All warps meet at barriers and in products.
        Assert.DoesNotContain(body, l => l.StartsWith('@') && (l.Contains("bar.sync", StringComparison.Ordinal) || l.Contains(".aligned.", StringComparison.Ordinal) || l.Contains("shfl", StringComparison.Ordinal)));
        foreach (var l in body.Where(l => l.Contains("ldmatrix", StringComparison.Ordinal) || l.Contains("cp.async.cg", StringComparison.Ordinal)))
            Assert.InRange(int.Parse(Regex.Match(l, @"\[%\w+\+(\d+)\]").Groups[1].Value, CultureInfo.InvariantCulture), 0, k.SharedBytes - 16);
    }
}
