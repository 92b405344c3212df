using System;
using System.Linq;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Emit.Gpu;

/// <summary>A program's loop over blocks of time.</summary>
internal static class GpuLoops
{
    public static void Write(SourceWriter w, GpuSignature kernel, Action body)
    {
        var program = kernel.Plan.Program;
        var block = Literals.Integer(kernel.Plan.Sizes.C);
        if (program.Loop == Dim.One)
        {
            using (w.Block("for (int t = 0; t < time; t++)")) body();
            return;
        }

        switch (program.Visits)
        {
            case Visits.AllDescending:
                using (w.Block($"for (int t = (time - 1) / {block} * {block}; t >= 0; t -= {block})"))
                {
                    w.Line($"int C = Math.Min({block}, time - t);");
                    body();
                }

                break;
            case Visits.BeforeDescending:
                using (w.Block($"for (int t = query - {block}; t >= 0; t -= {block})"))
                {
                    w.Line($"const int C = {block};");
                    body();
                }

                break;
            case Visits.Seeing:
                Seeing(w, kernel, body);
                break;
            case Visits.Visible:
                Visible(w, kernel, block, body);
                break;
            default:
                Blocks(w, block, "0", "time", body);
                break;
        }
    }

    /// <summary>The blocks of keys that a block of queries can see: from where the window begins to the last query, sinks first.</summary>
    private static void Visible(SourceWriter w, GpuSignature kernel, string block, Action body)
    {
        var end = $"Math.Min(time, queryFirst + query + {(kernel.Plan.Sizes.R == 1 ? "1" : "R")} - keyFirst)";
        var begin = kernel.Window is null ? "0" : $"Math.Max(0, queryFirst + query - {Before(kernel.Window)} - keyFirst)";
        if (kernel.SinkTokens == 0)
        {
            if (kernel.Window is not null) w.Line($"int from = {begin}; // the first query's window begins here");
            w.Line($"int to = {end}; // no query sees a later key");
            Blocks(w, block, kernel.Window is null ? "0" : "from", "to", body);
            return;
        }

        w.Line($"int windowFrom = {begin};");
        using (w.Block("for (int part = 0; part < 2; part++)"))
        {
            w.Line("// First the sinks that the window no longer holds, then the window.");
            w.Line("bool sinks = part == 0;");
            w.Line($"int from = sinks ? 0 : windowFrom, to = sinks ? Math.Min({kernel.SinkTokens}, keyFirst + windowFrom) : {end};");
            w.Line("int partFirst = sinks ? 0 : keyFirst;");
            Blocks(w, block, "from", "to", body);
        }
    }

    /// <summary>The blocks of queries that can see a block of keys: from its own tokens to where the last key leaves the window.</summary>
    private static void Seeing(SourceWriter w, GpuSignature kernel, Action body)
    {
        var last = kernel.Window is null ? "time" : $"Math.Min(time, t + C - 1 + {kernel.Window} - queryFirst)";
        if (kernel.SinkTokens > 0) last = $"t < {kernel.SinkTokens} ? time : {last}";
        var block = Literals.Integer(kernel.Plan.Sizes.R);
        w.Line($"int to = {last}; // no later query sees these keys");
        using (w.Block($"for (int query = {(kernel.Causal ? "Math.Max(0, t - queryFirst)" : "0")}; query < to; query += {block})"))
        {
            w.Line($"int R = Math.Min({block}, to - query);");
            body();
        }
    }

    private static string Before(string window) => window == "window" ? "(window - 1)" : Literals.Integer(int.Parse(window, System.Globalization.CultureInfo.InvariantCulture) - 1);

    private static void Blocks(SourceWriter w, string block, string from, string to, Action body)
    {
        using (w.Block($"for (int t = {from}; t < {to}; t += {block})"))
        {
            w.Line($"int C = Math.Min({block}, {to} - t);");
            body();
        }
    }
}
