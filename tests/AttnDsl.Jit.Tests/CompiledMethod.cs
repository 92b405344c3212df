using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace AttnDsl.Jit.Tests;

/// <summary>What <c>DOTNET_JitDisasm</c> wrote about one method.</summary>
/// <param name="Name">Type, method and arguments.</param>
/// <param name="Tier">Such as <c>FullOpts</c>, <c>Tier0</c> or <c>MinOpts</c>.</param>
/// <param name="Lines">Labels and instructions.</param>
internal sealed partial record CompiledMethod(string Name, string Tier, IReadOnlyList<string> Lines)
{
    /// <summary>The lines of the loops that have no other loop in them.</summary>
    public IReadOnlyList<IReadOnlyList<string>> InnermostLoops() => [.. new ControlFlow(Lines).InnermostLoops()];

    /// <summary>Whether it is one of the tiles of products and states, of which everything else is made.</summary>
    public bool IsTile => Name.StartsWith("AttnDsl.Primitives.Tile", StringComparison.Ordinal) && !IsLayout || Name.StartsWith("AttnDsl.Primitives.StatePart", StringComparison.Ordinal);

    /// <summary>Whether it computes, other than the methods that hand items to the kernels.</summary>
    public bool IsKernel => !Name.Contains("+Call:", StringComparison.Ordinal);

    /// <summary>Whole vectors that a loop puts on the stack; in a tile also those that it only reads from there.</summary>
    public IEnumerable<string> Spills(IEnumerable<string> body)
    {
        // A frame that is not rbp's leaves rbp to the allocator.
        var stack = HasFramePointer ? FramePointer() : StackPointer();
        return body.Where(line => stack.Match(line) is { Success: true } match && (IsTile || line.IndexOf(',', StringComparison.Ordinal) > match.Index));
    }

    /// <summary>Operations of a vector type that were left as calls.</summary>
    public IEnumerable<string> VectorCalls => Lines.Where(line => VectorCall().IsMatch(line));

    private bool IsLayout => Name.StartsWith("AttnDsl.Primitives.Tiles:", StringComparison.Ordinal);

    private bool HasFramePointer { get; init; }

    public static IReadOnlyList<CompiledMethod> Read(string path)
    {
        var methods = new List<CompiledMethod>();
        var lines = new List<string>();
        Match? heading = null;
        foreach (var line in File.ReadLines(path).Append("; Assembly listing for method end:() (end)"))
        {
            if (Heading().Match(line) is not { Success: true } next)
            {
                lines.Add(line);
                continue;
            }

            if (heading is not null)
            {
                methods.Add(new(heading.Groups[1].Value, heading.Groups[2].Value, [.. lines.Where(l => !l.StartsWith(';'))])
                {
                    HasFramePointer = lines.Contains("; rbp based frame"),
                });
            }

            (heading, lines) = (next, []);
        }

        return methods;
    }

    [GeneratedRegex(@"^; Assembly listing for method (.*) \(([^()]*)\)$", RegexOptions.CultureInvariant)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[xyz]mmword ptr \[(rsp|rbp)", RegexOptions.CultureInvariant)]
    private static partial Regex FramePointer();

    [GeneratedRegex(@"[xyz]mmword ptr \[rsp", RegexOptions.CultureInvariant)]
    private static partial Regex StackPointer();

    [GeneratedRegex(@"(call|jmp)\s+\[AttnDsl\.Simd\.(?!VectorMath:SlowSine)", RegexOptions.CultureInvariant)]
    private static partial Regex VectorCall();
}
