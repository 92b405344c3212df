using System;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Emit.Cpu;

/// <summary>The loop over the keys that a block of queries can see: from where the window begins to the last query, sinks first.</summary>
internal static class VisibleBlocks
{
    public static void Write(SourceWriter w, CpuPlan plan, string block, Action body, string? window, int sinkTokens, string rows)
    {
        var end = $"Math.Min(time, queryFirst + query + {rows} - keyFirst)";
        // Whole tiles of a product are eight rows; those before the window are masked.
        var begin = window is null ? "0" : $"Math.Max(0, queryFirst + query - {Before(window)} - keyFirst){(rows == "1" ? "" : " & ~7")}";
        if (sinkTokens == 0)
        {
            if (window is not null) w.Line($"int from = {begin}; // the first query's window begins here");
            w.Line($"int to = {end};         // no query sees a later key");
            Blocks(w, block, window is null ? "0" : "from", body);
            return;
        }

        w.Line($"int windowFrom = {begin};");
        w.Line("for (int part = 0; part < 2; part++)");
        using (w.Braces())
        {
            w.Line("// First the sinks that the window no longer holds, then the window.");
            w.Line("bool sinks = part == 0;");
            w.Line($"int from = sinks ? 0 : windowFrom, to = sinks ? Math.Min({sinkTokens}, keyFirst + windowFrom) : {end};");
            w.Line("int partFirst = sinks ? 0 : keyFirst;");
            foreach (var tensor in plan.Program.Body.Select(s => s.Op).OfType<Load>().Select(l => l.Tensor).Distinct())
            {
                var sink = KernelSignature.Sink(tensor);
                w.Line($"ref float {tensor}Part = ref (sinks ? ref {sink} : ref {tensor});");
                w.Line($"nint {tensor}PartStep = sinks ? {sink}Step : {tensor}Step;");
            }

            Blocks(w, block, "from", body);
        }
    }

    private static string Before(string window) => int.TryParse(window, out var size) ? Literals.Integer(size - 1) : $"({window} - 1)";

    /// <summary>The loop over the queries that can see a block of keys: from its own tokens to where the last key leaves the window.</summary>
    public static void WriteSeeing(SourceWriter w, string block, Action body, string? window, int sinkTokens, bool causal)
    {
        var last = window is null ? "time" : $"Math.Min(time, t + C - 1 + {window} - queryFirst)";
        if (sinkTokens > 0) last = $"t < {sinkTokens} ? time : {last}";
        w.Line($"int to = {last}; // no later query sees these keys");
        using (w.Block($"for (int query = {(causal ? "Math.Max(0, t - queryFirst)" : "0")}; query < to; query += {block})"))
        {
            w.Line($"int R = Math.Min({block}, to - query);");
            body();
        }
    }

    private static void Blocks(SourceWriter w, string block, string from, Action body)
    {
        using (w.Block($"for (int t = {from}; t < to; t += {block})"))
        {
            w.Line($"int C = Math.Min({block}, to - t);");
            body();
        }
    }
}
