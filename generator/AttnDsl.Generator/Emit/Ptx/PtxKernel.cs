using System.Collections.Generic;

namespace AttnDsl.Generator.Emit.Ptx;

/// <summary>A kernel as PTX.</summary>
/// <param name="Name">Of its entry.</param>
/// <param name="Module">The whole module.</param>
/// <param name="Threads">Of a block.</param>
/// <param name="SharedBytes">Dynamic shared memory of a block.</param>
/// <param name="Tensors">The tensors of its parameters, in order: an address, then what lies between sequences, heads and tokens, in bytes.</param>
/// <param name="Numbers">The whole numbers behind them.</param>
internal sealed record PtxKernel(string Name, string Module, int Threads, int SharedBytes, IReadOnlyList<string> Tensors, IReadOnlyList<string> Numbers);

/// <summary>Numbers of 16 bits that tensors are made of.</summary>
internal enum Half { BFloat16, Float16 }

/// <summary>A program that this tier cannot print: the portable kernel stays.</summary>
internal sealed class PtxUnsupportedException(string what) : System.Exception(what);
