using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Jit.Tests;

/// <summary>
/// The machine code of the kernels of six layers. Whatever the JIT does not do well it does silently: a method too large for it is not
/// optimised at all, one with too many locals keeps them in memory, one with too many calls to inline keeps some as calls.
/// </summary>
public sealed class JitTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(512)]
    [InlineData(256)]
    public async Task Kernels_OfSixLayers_AreWhatTheProcessorCanDo(int bits)
    {
        if (!Has(bits))
        {
            return;
        }

        var methods = await Compiled(bits);
        var kernels = methods.Where(m => m.IsKernel).ToList();
        var faults = kernels.SelectMany(kernel => Faults(kernel, bits == 512 ? "zmm" : "ymm")).ToList();
        output.WriteLine($"{bits} bits: {kernels.Count} methods, {kernels.Sum(k => k.InnermostLoops().Count)} innermost loops, {kernels.Count(k => k.IsTile)} tiles");
        Assert.True(kernels.Count(k => k.IsTile) >= 4 && kernels.Count > 100, "kernels are missing in the listing");
        Assert.True(faults.Count == 0, string.Join("\n", faults));
    }

    /// <summary>The kernels of all layers that tests declare, which no layer outgrows what the JIT takes.</summary>
    [Theory]
    [InlineData("AttnDsl.Golden", 256)]
    [InlineData("AttnDsl.Conformance", 512)]
    public async Task Kernels_OfEveryDeclaration_AreOptimisedWhole(string assembly, int bits)
    {
        if (!Has(bits))
        {
            return;
        }

        var kernels = await Compiled(bits, assembly);
        var faults = kernels.SelectMany(SizeFaults).ToList();
        output.WriteLine($"{bits} bits: {kernels.Count} methods, the longest of {kernels.Max(k => k.Lines.Count)} lines");
        Assert.True(kernels.Count > 1000, "kernels are missing in the listing");
        Assert.True(faults.Count == 0, string.Join("\n", faults));
    }

    private static bool Has(int bits)
    {
        var has = AttnDsl.Runtime.Machine.VectorBits >= bits && System.Runtime.Intrinsics.X86.Fma.IsSupported;
        if (!has)
        {
            Console.WriteLine($"{nameof(JitTests)}: this machine has no vectors of {bits} bits, test passed over");
        }

        return has;
    }

    /// <summary>What a method suffers that is too large for the JIT.</summary>
    private static IEnumerable<string> SizeFaults(CompiledMethod method)
    {
        if (method.Tier.Contains("MinOpts", StringComparison.Ordinal))
        {
            yield return $"not optimised: {method.Name}";
        }

        foreach (var call in method.VectorCalls)
        {
            yield return $"a call that should have been inlined, in {method.Name}: {call.Trim()}";
        }
    }

    private static IEnumerable<string> Faults(CompiledMethod method, string registers)
    {
        foreach (var fault in SizeFaults(method))
        {
            yield return fault;
        }

        var loops = method.InnermostLoops();
        if (method.Tier != "FullOpts")
        {
            if (loops.Count > 0)
            {
                yield return $"a loop that is optimised only after some calls ({method.Tier}): {method.Name}";
            }

            yield break;
        }

        foreach (var body in loops)
        {
            var spills = method.Spills(body).ToList();
            if (spills.Count > 0)
            {
                yield return $"{spills.Count} vectors on the stack in a loop of {body.Count} lines of {method.Name}, the first {spills[0].Trim()}";
            }

            if (method.IsTile && !body.Any(line => line.Contains("vfmadd", StringComparison.Ordinal) && line.Contains(registers, StringComparison.Ordinal)))
            {
                yield return $"no fused multiply-add of {registers} in a loop of {body.Count} lines of {method.Name}";
            }
        }
    }

    private static async Task<IReadOnlyList<CompiledMethod>> Compiled(int bits, string? assembly = null)
    {
        var listing = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Environment.ProcessPath is { } path && path.EndsWith("dotnet", StringComparison.Ordinal) ? path : "dotnet")
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.ArgumentList.Add("exec");
            start.ArgumentList.Add(typeof(Program).Assembly.Location);
            if (assembly is not null)
            {
                start.ArgumentList.Add(assembly);
            }

            start.Environment["DOTNET_JitStdOutFile"] = listing;
            start.Environment["DOTNET_JitDisasm"] = "AttnDsl.Generated*:* AttnDsl.Primitives*:*";
            if (bits == 256)
            {
                start.Environment["DOTNET_EnableAVX512"] = "0";
            }

            using var process = Process.Start(start)!;
            var (text, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}\n{await text}{await error}");
            Assert.Equal(bits, int.Parse(await text, CultureInfo.InvariantCulture));
            return CompiledMethod.Read(listing);
        }
        finally
        {
            File.Delete(listing);
        }
    }
}
