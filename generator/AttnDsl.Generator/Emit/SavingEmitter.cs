using System;
using System.Globalization;
using System.Linq;
using AttnDsl.Generator.Semantics;
using static AttnDsl.Generator.Emit.SurfaceEmitter;

namespace AttnDsl.Generator.Emit;

/// <summary><c>Save</c> and <c>Load</c> of a <c>State</c>.</summary>
internal static class SavingEmitter
{
    /// <param name="body">What stands behind the arrow, given the call of the memory behind the state.</param>
    public static void Emit(SourceWriter w, DynamicalSystem system, Func<string, string> body)
    {
        var arguments = (system.Family == StateFamily.Cache ? "" : Literals.Integer(system.States.Sum(s => s.Floats)) + ", ") + "Fingerprint";
        w.Line("/// <summary>Of this layer's mathematics and shapes: what a saved state must have been saved with.</summary>");
        w.Line($"private const ulong Fingerprint = 0x{Fingerprint.Of(system).ToString("x16", CultureInfo.InvariantCulture)}UL;");
        Member("Bytes that <c>Save</c> writes now.", "public readonly long SavedBytes", $"SavedBytes{(system.Family == StateFamily.Cache ? "" : $"({Literals.Integer(system.States.Sum(s => s.Floats))})")};");
        Member("The state as bytes, with a version, a checksum and this layer's fingerprint.", "public readonly byte[] Save()", $"Save({arguments});");
        Member("Writes the state to a buffer.", "public readonly void Save(global::System.Buffers.IBufferWriter<byte> buffer)", $"Save(buffer, {arguments});");
        Member("Writes the state where the stream stands.", "public readonly void Save(global::System.IO.Stream stream)", $"Save(stream, {arguments});");
        Loading("Takes over a saved state, which is exactly these bytes.");
        Member(null, "public readonly void Load(global::System.ReadOnlySpan<byte> saved)", $"Load(saved, {arguments});");
        Loading("Takes over the saved state that begins where the stream stands, and leaves the stream behind it.");
        Member(null, "public readonly void Load(global::System.IO.Stream stream)", $"Load(stream, {arguments});");

        void Member(string? summary, string header, string call)
        {
            if (summary is not null)
            {
                w.Line();
                w.Line($"/// <summary>{summary}</summary>");
            }

            w.Line($"{header} => {body("Memory." + call)}");
        }

        void Loading(string summary)
        {
            w.Line();
            w.Line($"/// <summary>{summary}</summary>");
            w.Line("/// <exception cref=\"global::System.IO.InvalidDataException\">It is truncated or damaged, of a newer version, or of another layer or size. The state is as it was.</exception>");
        }
    }
}
