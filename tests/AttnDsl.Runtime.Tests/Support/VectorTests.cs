using System;
using System.Runtime.Intrinsics;
using AttnDsl.Simd;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Support;

/// <summary>Tests of one vector width. A width that this machine only imitates is passed over, aloud.</summary>
public abstract class VectorTests<TVec>(ITestOutputHelper output)
    where TVec : struct, ISimd<TVec>
{
    protected ITestOutputHelper Output { get; } = output;

    protected bool IsAccelerated()
    {
        bool accelerated = TVec.Count switch
        {
            16 => Vector512.IsHardwareAccelerated,
            8 => Vector256.IsHardwareAccelerated,
            4 => Vector128.IsHardwareAccelerated,
            _ => true,
        };
        if (!accelerated)
        {
            Output.WriteLine($"{typeof(TVec).Name} is not hardware accelerated here: not tested");
            Console.WriteLine($"{GetType().Name}: {typeof(TVec).Name} is not hardware accelerated here, test passed over");
        }

        return accelerated;
    }
}
