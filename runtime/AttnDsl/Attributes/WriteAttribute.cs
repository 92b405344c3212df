using System;

namespace AttnDsl;

/// <summary>What a token writes into the state.</summary>
public enum WriteRule
{
    /// <summary><c>k vᵀ</c>.</summary>
    Plain,

    /// <summary><c>β k (v − S̄ᵀk)ᵀ</c>, S̄ the decayed state: overwrites what k retrieved. Input β [B,T,H]; keys L2-normalised by the caller.</summary>
    Delta,

    /// <summary><c>e^i k vᵀ</c> under a running maximum (mLSTM). Input i [B,T,H]; read with <see cref="Normaliser.Stabilised"/>.</summary>
    ExponentialGate,
}

/// <summary>Chooses the write rule; <see cref="WriteRule.Plain"/> without it.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class WriteAttribute(WriteRule rule) : Attribute
{
    /// <summary>The rule.</summary>
    public WriteRule Rule { get; } = rule;
}
