using System.Linq;

namespace AttnDsl.Generator.Semantics;

/// <summary>How the state of one head lies in memory.</summary>
internal static class StateLayout
{
    /// <summary>Floats of one head of one sequence, rounded up to whole cache lines. A cache adds its rows.</summary>
    public static int UnitFloats(DynamicalSystem system) => Scheduling.CpuPlan.Padded(system.States.Sum(s => s.Floats));

    /// <summary>Where a part of the state begins within its head's.</summary>
    public static int Offset(DynamicalSystem system, string name) => system.States.TakeWhile(s => s.Name != name).Sum(s => s.Floats);

    /// <summary>Floats of a cached key as C#: behind the key stand the sums of its query heads' gates, and what rounding left of them.</summary>
    /// <param name="group">Query heads that share the key as C#.</param>
    public static string KeyWidth(DynamicalSystem system, string group) => Emit.Literals.Integer(system.KeyDim) + Gates(system, group);

    /// <summary>Floats that a key/value head of a cache carries from token to token as C#.</summary>
    public static string CarriedFloats(DynamicalSystem system, string group) => Emit.Literals.Integer(system.States.Where(s => !IsPerQueryHead(s)).Sum(s => s.Floats)) + Gates(system, group);

    /// <summary>Bytes that a token of a cache costs which can be taken back: a row where rows are dropped, and a copy of what is carried; then what each query head adds.</summary>
    public static (long KeyHead, long QueryHead) SnapshotBytes(DynamicalSystem system) =>
        (4L * ((system.Window is null ? 0 : system.KeyDim + system.ValueDim) + system.States.Where(s => !IsPerQueryHead(s)).Sum(s => s.Floats)), !system.Forgets ? 0 : system.Window is null ? 8 : 16);

    /// <summary>Whether a part of a cache's state is that of a query head, not of a key/value head.</summary>
    public static bool IsPerQueryHead(StateTensor state) => state.Name is "gateSum" or "gateRest";

    private static string Gates(DynamicalSystem system, string group) => !system.Forgets ? "" : system.KeyValueHeads is null ? " + 2" : $" + 2 * {group}";

    /// <summary>Rows that a windowed cache has: the window, and room to append so that old rows are moved rarely.</summary>
    public static int CacheRows(Window window) => (int)System.Math.Min(int.MaxValue, window.Size - 1L + Slack(window));

    /// <summary>Tokens that fit behind a full window.</summary>
    public static int Slack(Window window) => System.Math.Max(64, window.Size / 8);
}
