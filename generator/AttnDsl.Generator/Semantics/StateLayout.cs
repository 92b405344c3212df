using System.Linq;

namespace AttnDsl.Generator.Semantics;

/// <summary>How the state of one head lies in memory.</summary>
internal static class StateLayout
{
    /// <summary>Floats of one head of one sequence, rounded up to whole cache lines. A cache adds its rows.</summary>
    public static int UnitFloats(DynamicalSystem system) => Scheduling.CpuPlan.Padded(system.States.Sum(s => s.Floats));

    /// <summary>Where a part of the state begins within its head's.</summary>
    public static int Offset(DynamicalSystem system, string name) => system.States.TakeWhile(s => s.Name != name).Sum(s => s.Floats);

    /// <summary>Rows that a windowed cache has: the window, and room to append so that old rows are moved rarely.</summary>
    public static int CacheRows(Window window) => (int)System.Math.Min(int.MaxValue, window.Size - 1L + Slack(window));

    /// <summary>Tokens that fit behind a full window.</summary>
    public static int Slack(Window window) => System.Math.Max(64, window.Size / 8);
}
