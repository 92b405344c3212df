using System.Linq;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;
using static AttnDsl.Generator.Emit.Gpu.GpuSurfaceEmitter;
using static AttnDsl.Generator.Emit.SurfaceEmitter;

namespace AttnDsl.Generator.Emit.Gpu;

/// <summary>The streaming state on the device.</summary>
internal static class GpuStateEmitter
{
    public static void Emit(SourceWriter w, TypeModel type, DynamicalSystem system, LayerPlan? plan)
    {
        var cache = system.Family == StateFamily.Cache;
        var capacity = cache && system.Window is null;
        var memory = $"{Root}.{(cache ? "CacheBuffer" : "StateBuffer")}";
        var queryHeads = system.Heads is { } h ? Literals.Integer(h) : "heads";
        var heads = Heads(system, cache ? HeadCount.KeyValue : HeadCount.State, queryHeads);
        var rows = capacity ? "capacity" : cache ? Literals.Integer(StateLayout.CacheRows(system.Window!)) : "";
        var group = system.KeyValueHeads is { } g ? $"({queryHeads} / {g})" : "1";
        var carried = cache && system.States.Count > 0 ? ", " + StateLayout.CarriedFloats(system, group) : "";
        var extra = (system.Heads is null ? ", int heads" : "") + (capacity ? ", int capacity" : "");

        w.Line("/// <summary>Where the sequences of a batch stand, kept on the device. Dispose it to free its memory. They go on together: sequences that come and go one by one, packed ones and Rollback are for states on the host.</summary>");
        using (w.Block("public sealed class State : global::System.IDisposable"))
        {
            if (plan is not null)
            {
                w.Line($"internal readonly {memory} Memory;");
                w.Line();
            }

            w.Line($"/// <summary>An empty past for <paramref name=\"batch\"/> sequences.{(capacity ? " It holds <paramref name=\"capacity\"/> tokens." : "")}</summary>");
            using (w.Block($"public State({Root}.GpuDevice device, int batch{extra})"))
            {
                if (plan is null)
                {
                    w.Line(Body(type, plan, ""));
                }
                else
                {
                    w.Line(cache
                        ? $"Memory = new {memory}(device, \"{type.Name}\", batch, {heads}, {rows}, {system.Window?.Size ?? 0}, {system.Window?.SinkTokens ?? 0}, {StateLayout.KeyWidth(system, group)}, {system.ValueDim}{carried});"
                        : $"Memory = new {memory}(device, \"{type.Name}\", batch, {heads}, {StateLayout.UnitFloats(system)});");
                    w.Line("Reset();");
                }
            }

            if (plan is not null)
            {
                w.Line();
                w.Line($"private State({memory} memory) => Memory = memory;");
            }

            w.Line();
            Member("B, the number of sequences.", "public int Batch", "Memory.Batch;");
            Member("Tokens seen so far.", "public long Position", "Memory.Position;");
            if (capacity) Member("Tokens that fit; one more throws and leaves the state as it was.", "public int Capacity", "Memory.Capacity;");
            w.Line("/// <summary>The next token of every sequence.</summary>");
            w.Line("/// <param name=\"inputs\">The tensors, T = 1.</param>");
            w.Line($"/// <param name=\"output\">Receives o [B,1,{OutputHeads(system)},V].</param>");
            w.Line("/// <param name=\"stream\">On which stream; by default the device's own.</param>");
            using (w.Block($"public void Step(in Inputs inputs, {GpuTensor} output, {GpuStream}? stream = null)"))
            {
                if (plan is not null) w.Line($"{Support}.GpuGuards.OneToken(inputs.{system.Inputs[0].Member});");
                w.Line(Body(type, plan, $"Run(in inputs, output, {FormsType}.{(plan?.Of(Forms.Recurrent) is null ? "Fastest" : "Recurrent")}, this, stream);"));
            }

            w.Line();
            w.Line("/// <summary>The next T tokens of every sequence; T may be 0.</summary>");
            w.Line("/// <param name=\"inputs\">The tensors.</param>");
            w.Line($"/// <param name=\"output\">Receives o [B,T,{OutputHeads(system)},V].</param>");
            w.Line("/// <param name=\"stream\">On which stream; by default the device's own.</param>");
            w.Line($"public void Prefill(in Inputs inputs, {GpuTensor} output, {GpuStream}? stream = null) => {Body(type, plan, $"Run(in inputs, output, {FormsType}.Fastest, this, stream);")}");
            w.Line();
            w.Line("/// <summary>Forgets everything: the state is as new.</summary>");
            using (w.Block($"public void Reset({GpuStream}? stream = null)"))
            {
                w.Line(Body(type, plan, "Memory.Clear(stream);"));
                if (plan is not null)
                    foreach (var s in system.States.Where(s => s.Initial != 0)) w.Line($"Memory.Fill(stream, {StateLayout.Offset(system, s.Name)}, {s.Floats}, {Literals.Float(s.Initial)});");
            }

            w.Line();
            Member("A state of its own that stands where this one does.", $"public State Fork({GpuStream}? stream = null)", "new State(Memory.Fork(stream));");
            Member("Copies the state to one on the host, of the same batch; done when it returns.", $"public void CopyTo({Outer(type)}.State host, {GpuStream}? stream = null)", "Memory.CopyTo(host.Memory, stream);");
            Member("Takes over a state from the host, of the same batch; done when it returns.", $"public void CopyFrom({Outer(type)}.State host, {GpuStream}? stream = null)", "Memory.CopyFrom(host.Memory, stream);");
            w.Line("/// <summary>Makes one sequence stand where another one does.</summary>");
            w.Line($"public void CopySlot(int from, int to, {GpuStream}? stream = null) => {Body(type, plan, "Memory.CopySlot(from, to, stream);")}");
            w.Line();
            Saving();
            w.Line("/// <summary>Frees the memory.</summary>");
            w.Line($"public void Dispose() {{{(plan is null ? "" : " Memory.Dispose(); ")}}}");
        }

        // Inside Gpu.State the plain name means that class: the host's needs its type's name, escaped and with its parameters.
        static string Outer(TypeModel type)
        {
            var name = type.Header;
            foreach (var word in new[] { "partial ", "record ", "struct ", "class " })
                if (name.StartsWith(word, System.StringComparison.Ordinal)) name = name.Substring(word.Length);
            return name;
        }

        void Saving()
        {
            var arguments = $"Memory.Batch{(system.Heads is null ? ", Memory.Heads" : "")}{(capacity ? ", Memory.Capacity" : "")}";
            w.Line("/// <summary>The state as bytes, by way of the host: what <c>Save</c> of a state there writes.</summary>");
            using (w.Block($"public byte[] Save({GpuStream}? stream = null)"))
            {
                if (plan is not null)
                {
                    w.Line($"var host = new {Outer(type)}.State({arguments});");
                    w.Line("CopyTo(host, stream);");
                }

                w.Line(plan is null ? Body(type, plan, "") : "return host.Save();");
            }

            w.Line();
            w.Line("/// <summary>Takes over a saved state, by way of the host.</summary>");
            w.Line("/// <exception cref=\"global::System.IO.InvalidDataException\">It is truncated or damaged, of a newer version, or of another layer or size. The state is as it was.</exception>");
            w.Line("/// <exception cref=\"global::System.ArgumentException\">Its sequences have seen different numbers of tokens. The state is as it was.</exception>");
            using (w.Block($"public void Load(global::System.ReadOnlySpan<byte> saved, {GpuStream}? stream = null)"))
            {
                if (plan is not null)
                {
                    w.Line($"var host = new {Outer(type)}.State({arguments});");
                    w.Line("host.Load(saved);");
                }

                w.Line(Body(type, plan, "CopyFrom(host, stream);"));
            }

            w.Line();
        }

        void Member(string summary, string header, string body)
        {
            w.Line($"/// <summary>{summary}</summary>");
            w.Line($"{header} => {Body(type, plan, body)}");
            w.Line();
        }
    }
}
