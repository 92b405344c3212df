using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace AttnDsl.Jit.Tests;

/// <summary>
/// The loops of a listing. A jump backwards is not always one, because the JIT puts what seldom runs behind the rest, from where it jumps
/// back: a loop is an edge to a block that dominates the one it comes from.
/// </summary>
internal sealed partial class ControlFlow
{
    private readonly List<List<string>> _blocks = [];
    private readonly List<int>[] _from;

    public ControlFlow(IEnumerable<string> lines)
    {
        var labels = new Dictionary<string, int>();
        var ended = true;
        foreach (var line in lines.Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            var label = Label().Match(line);
            if (ended || label.Success)
            {
                _blocks.Add([]);
            }

            if (label.Success)
            {
                labels[label.Value] = _blocks.Count - 1;
            }

            _blocks[^1].Add(line);
            ended = Jump().IsMatch(line);
        }

        _from = [.. _blocks.Select(_ => new List<int>())];
        for (var block = 0; block < _blocks.Count; block++)
        {
            var jump = Jump().Match(_blocks[block][^1]);
            if (jump.Success && labels.TryGetValue(jump.Groups[2].Value, out var target))
            {
                _from[target].Add(block);
            }

            if (block + 1 < _blocks.Count && !(jump.Success && jump.Groups[1].Value is "jmp" or "ret"))
            {
                _from[block + 1].Add(block);
            }
        }
    }

    /// <summary>The lines of the loops that have no other loop in them.</summary>
    public IEnumerable<IReadOnlyList<string>> InnermostLoops()
    {
        var dominators = Dominators();
        var loops = Enumerable.Range(0, _blocks.Count)
            .Select(head => (Head: head, Body: Body(head, _from[head].Where(tail => dominators[tail].Contains(head)))))
            .Where(loop => loop.Body.Count > 0)
            .ToList();
        return loops
            .Where(loop => !loops.Any(other => other.Head != loop.Head && loop.Body.Contains(other.Head)))
            .Select(loop => (IReadOnlyList<string>)[.. loop.Body.SelectMany(block => _blocks[block])]);
    }

    /// <summary>What leads to a tail without passing the head, and the head; nothing without a tail.</summary>
    private SortedSet<int> Body(int head, IEnumerable<int> tails)
    {
        var open = new Stack<int>(tails);
        var body = new SortedSet<int>();
        if (open.Count > 0)
        {
            body.Add(head);
        }

        while (open.TryPop(out var block))
        {
            if (body.Add(block))
            {
                _from[block].ForEach(open.Push);
            }
        }

        return body;
    }

    /// <summary>For each block those that every way to it passes, itself included; nothing for what no way leads to, such as the constants.</summary>
    private HashSet<int>[] Dominators()
    {
        var all = Enumerable.Range(0, _blocks.Count).ToArray();
        var dominators = all.Select(block => new HashSet<int>(block == 0 ? [0] : all)).ToArray();
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var block in all.Skip(1))
            {
                var count = dominators[block].Count;
                if (_from[block].TrueForAll(from => dominators[from].Count == 0))
                {
                    dominators[block].Clear();
                    changed |= count != 0;
                    continue;
                }

                foreach (var from in _from[block].Where(from => dominators[from].Count > 0))
                {
                    dominators[block].IntersectWith(dominators[from]);
                }

                dominators[block].Add(block);
                changed |= dominators[block].Count != count;
            }
        }

        return dominators;
    }

    [GeneratedRegex(@"^G_M\w+(?=:)", RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex(@"^\s+(j\w+|ret)\s*(?:SHORT )?(G_M\w+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Jump();
}
