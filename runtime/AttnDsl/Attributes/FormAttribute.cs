using System;

namespace AttnDsl;

/// <summary>The equal ways to compute one layer.</summary>
[Flags]
public enum Forms
{
    /// <summary>The fastest that the layer has.</summary>
    Fastest = 0,

    /// <summary>Token by token, in the order of time: what <c>Step</c> runs.</summary>
    Recurrent = 1,

    /// <summary>Every query against every key it sees, block by block, without a state in between.</summary>
    Parallel = 2,

    /// <summary>Chunks of C tokens: parallel inside, a state carried from one to the next.</summary>
    Chunkwise = 4,
}

/// <summary>Restricts the forms that are generated; without it a layer gets every form it has.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class FormAttribute(Forms forms) : Attribute
{
    /// <summary>The forms wanted.</summary>
    public Forms Forms { get; } = forms;

    /// <summary>C, tokens a chunk: a power of two from 16 to 256; left out, the schedule chooses.</summary>
    public int ChunkSize { get; set; }
}
