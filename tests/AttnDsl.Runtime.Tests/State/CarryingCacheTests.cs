using System;
using System.Runtime.CompilerServices;
using AttnDsl.Runtime;
using Xunit;

namespace AttnDsl.Tests.State;

/// <summary>
/// What a cache carries from token to token beside its rows, through everything that is done with a state. The layer here writes to
/// each row its token, and carries their sum.
/// </summary>
public sealed class CarryingCacheTests
{
    private const int Heads = 2, Carried = 3, Sinks = 2, Snapshots = 4;
    private const ulong Fingerprint = 7;

    public static TheoryData<int> Windows => [0, 6];

    [Theory]
    [MemberData(nameof(Windows))]
    public void Rollback_EqualsNeverHavingSeenThem(int window)
    {
        for (var first = 1; first <= 12; first++)
        {
            for (var back = 0; back <= Math.Min(first, Snapshots); back++)
            {
                var (state, plain) = (New(window, batch: 2), New(window, batch: 2));
                Run(state, 30, 0);
                Run(state, first, 30);
                Assert.Equal(Snapshots, state.RollbackLimit(1));
                state.Rollback(back);
                Run(plain, 30 + first - back, 0);
                AssertSame(plain, state);
                Run(state, 9, 30 + first - back);
                Run(plain, 9, 30 + first - back);
                AssertSame(plain, state);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Windows))]
    public void Rollback_TooFar_IsRefused(int window)
    {
        var state = New(window, batch: 1);
        Run(state, 20, 0);
        var before = state.Save(Fingerprint);
        Assert.Throws<ArgumentOutOfRangeException>(() => state.Rollback(Snapshots + 1));
        Assert.Equal(before, state.Save(Fingerprint));
        state.Rollback(3);
        Assert.Equal(1, state.RollbackLimit(0));
    }

    [Theory]
    [MemberData(nameof(Windows))]
    public void SaveAndLoad_TakeItAlong(int window)
    {
        var (state, loaded) = (New(window, batch: 2), New(window, batch: 2));
        Run(state, 17, 0);
        Run(loaded, 5, 40);
        loaded.Load(state.Save(Fingerprint), Fingerprint);
        Assert.Equal(state.Save(Fingerprint), loaded.Save(Fingerprint));
        Assert.Equal(0, loaded.RollbackLimit(0));
        Run(state, 5, 17);
        Run(loaded, 5, 17);
        AssertSame(state, loaded);
    }

    [Theory]
    [MemberData(nameof(Windows))]
    public void CopySlotAndCompact_TakeItAndItsSnapshotsAlong(int window)
    {
        var (state, other, fewer) = (New(window, batch: 3), New(window, batch: 2), New(window, batch: 1, snapshots: 1));
        Run(state, 20, 0);
        state.CopySlot(2, other, 1);
        state.CopySlot(2, fewer, 0);
        Assert.Equal((Snapshots, 0, 0), (other.RollbackLimit(1), other.RollbackLimit(0), fewer.RollbackLimit(0)));
        Assert.Equal(Sum(state, 2), Sum(fewer, 0));
        state.Rollback(2, 3);
        other.Rollback(1, 3);
        Assert.Equal(Sum(state, 2), Sum(other, 1));
        Assert.Equal(Sums(17, slot: 2), Sum(state, 2));
        state.Compact([2]);
        Assert.Equal(Sums(17, slot: 2), Sum(state, 0));
        state.Clear(0);
        Assert.Equal(new float[Heads * Carried], Sum(state, 0));
    }

    private static CacheMemory New(int window, int batch, int snapshots = Snapshots)
    {
        var capacity = window == 0 ? 64 : window + 5 + snapshots;
        var floats = CacheMemory.FloatCount("Layer", batch, Heads, capacity, Sinks, 1, 1, Carried, snapshots);
        return new("Layer", batch, Heads, capacity, window, Sinks, 1, 1, new float[floats], Carried, snapshots);
    }

    /// <summary>Goes through a call of so many tokens as a layer does.</summary>
    private static void Run(CacheMemory state, int tokens, int firstToken)
    {
        int start = 0, time = 0;
        while (state.Next(default, tokens, ref start, ref time))
        {
            for (var unit = 0; unit < state.Batch * Heads; unit++)
            {
                for (var t = start; t < start + time; t++)
                {
                    foreach (var part in new[] { 0, 1 }) Unsafe.Add(ref state.Reference(part), unit * state.UnitFloats + state.Rows + t - start) = firstToken + t;
                    for (var i = 0; i < Carried; i++) Unsafe.Add(ref state.Reference(4), unit * state.UnitFloats + i) += Term(firstToken + t, unit / Heads, i);
                }
            }

            state.Commit(default, time);
        }
    }

    private static float Term(int token, int slot, int i) => token + (100 * slot) + i;

    private static float[] Sums(int tokens, int slot)
    {
        var sums = new float[Heads * Carried];
        for (var i = 0; i < sums.Length; i++)
        {
            for (var t = 0; t < tokens; t++) sums[i] += Term(t, slot, i % Carried);
        }

        return sums;
    }

    private static float[] Sum(CacheMemory state, int slot)
    {
        var all = new float[state.Batch * Heads * Carried];
        state.CopyCarried(ref all[0]);
        return all[(slot * Heads * Carried)..((slot + 1) * Heads * Carried)];
    }

    private static void AssertSame(CacheMemory expected, CacheMemory actual)
    {
        for (var slot = 0; slot < expected.Batch; slot++)
        {
            Assert.Equal(expected.PositionOf(slot), actual.PositionOf(slot));
            Assert.Equal(Sum(expected, slot), Sum(actual, slot));
        }

        Assert.Equal(Row(expected), Row(actual));
    }

    /// <summary>The last row.</summary>
    private static float Row(CacheMemory state) => Unsafe.Add(ref state.Reference(0), state.Rows - 1);
}
