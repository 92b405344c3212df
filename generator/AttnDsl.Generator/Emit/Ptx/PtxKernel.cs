using System.Collections.Generic;

namespace AttnDsl.Generator.Emit.Ptx;

/// <summary>A kernel as PTX, for operands of bfloat16.</summary>
/// <param name="Name">Of its entry.</param>
/// <param name="Summary">What it does.</param>
/// <param name="IsOfKeys">Whether its own rows are keys, not queries.</param>
/// <param name="Module">The whole module.</param>
/// <param name="Rows">Of a block's own: queries, or keys where gradients of keys are asked for.</param>
/// <param name="LoopRows">Of a block that its loop visits.</param>
/// <param name="Threads">Of a block.</param>
/// <param name="SharedBytes">Dynamic shared memory of a block.</param>
/// <param name="Tensors">The tensors of its parameters, in order: an address, then what lies between sequences, heads and tokens, in bytes.</param>
/// <param name="Numbers">The whole numbers behind them.</param>
internal sealed record PtxKernel(
    string Name, string Summary, bool IsOfKeys, string Module, int Rows, int LoopRows, int Threads, int SharedBytes, IReadOnlyList<PtxTensor> Tensors, IReadOnlyList<string> Numbers);

/// <summary>A tensor that a kernel reads or writes.</summary>
/// <param name="IsHalf">Whether its numbers have 16 bits; else they are floats.</param>
internal sealed record PtxTensor(string Name, bool IsHalf);

/// <summary>A program that this tier cannot print: the portable kernel stays.</summary>
internal sealed class PtxUnsupportedException(string what) : System.Exception(what);
