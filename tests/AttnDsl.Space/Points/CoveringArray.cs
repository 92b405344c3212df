using System;
using System.Collections.Generic;
using System.Linq;

namespace AttnDsl.Space.Points;

/// <summary>
/// Few rows in which every two choices of different axes meet, in a row that is valid: greedy, and the same for the same seed.
/// </summary>
internal static class CoveringArray
{
    /// <summary>Rows that are tried before two choices count as never valid together.</summary>
    private const int Attempts = 500;

    /// <param name="sizes">Choices of each axis; choice 0 is the one that a declaration without the attribute makes.</param>
    /// <param name="isValid">Whether a row may be in the result.</param>
    /// <param name="seed">Seed of everything that is drawn.</param>
    /// <returns>The rows, and one row for each two choices that met in no valid one.</returns>
    public static (List<int[]> Valid, List<int[]> NeverValid) Of(int[] sizes, Func<int[], bool> isValid, int seed)
    {
        var random = new Random(seed);
        var open = Pairs(sizes).ToHashSet();
        var (valid, never) = (new List<int[]>(), new List<int[]>());
        foreach (var pair in Shuffled([.. Pairs(sizes)], random))
        {
            if (!open.Contains(pair)) continue;
            if (Find(sizes, pair, isValid, random) is { } row)
            {
                Improve(row, sizes, pair, open, isValid, random);
                valid.Add(row);
                open.ExceptWith(PairsOf(row));
            }
            else
            {
                never.Add(With(new int[sizes.Length], pair));
            }
        }

        return (valid, never);
    }

    /// <summary>A valid row with both choices: mostly defaults at first, anything in the end.</summary>
    private static int[]? Find(int[] sizes, (int A, int X, int B, int Y) pair, Func<int[], bool> isValid, Random random)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var row = new int[sizes.Length];
            for (var axis = 0; axis < row.Length; axis++)
            {
                if (random.Next(Attempts) < attempt) row[axis] = random.Next(sizes[axis]);
            }

            if (isValid(With(row, pair))) return row;
        }

        return null;
    }

    /// <summary>Changes the other choices, axis by axis, to what covers most of the pairs that are still open.</summary>
    private static void Improve(int[] row, int[] sizes, (int A, int X, int B, int Y) pair, HashSet<(int, int, int, int)> open, Func<int[], bool> isValid, Random random)
    {
        foreach (var axis in Shuffled([.. Enumerable.Range(0, sizes.Length).Where(a => a != pair.A && a != pair.B)], random))
        {
            var (best, most) = (row[axis], Gain(row, axis, open));
            foreach (var choice in Shuffled([.. Enumerable.Range(0, sizes[axis])], random))
            {
                row[axis] = choice;
                if (Gain(row, axis, open) is var gain && gain > most && isValid(row)) (best, most) = (choice, gain);
            }

            row[axis] = best;
        }
    }

    private static int Gain(int[] row, int axis, HashSet<(int, int, int, int)> open) =>
        Enumerable.Range(0, row.Length).Count(other => other != axis && open.Contains(other < axis ? (other, row[other], axis, row[axis]) : (axis, row[axis], other, row[other])));

    private static int[] With(int[] row, (int A, int X, int B, int Y) pair)
    {
        (row[pair.A], row[pair.B]) = (pair.X, pair.Y);
        return row;
    }

    private static IEnumerable<(int A, int X, int B, int Y)> Pairs(int[] sizes) =>
        from a in Enumerable.Range(0, sizes.Length)
        from b in Enumerable.Range(a + 1, sizes.Length - a - 1)
        from x in Enumerable.Range(0, sizes[a])
        from y in Enumerable.Range(0, sizes[b])
        select (a, x, b, y);

    private static IEnumerable<(int A, int X, int B, int Y)> PairsOf(int[] row) =>
        from a in Enumerable.Range(0, row.Length)
        from b in Enumerable.Range(a + 1, row.Length - a - 1)
        select (a, row[a], b, row[b]);

    private static T[] Shuffled<T>(T[] items, Random random)
    {
        random.Shuffle(items);
        return items;
    }
}
