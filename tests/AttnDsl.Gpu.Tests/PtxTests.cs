using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using AttnDsl.Gpu.Kernels;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace AttnDsl.Gpu.Tests;

/// <summary>
/// Every kernel of every layer, as PTX, without a device: the CPU accelerator runs what a GPU cannot. Nothing may stay unresolved,
/// and nothing is approximate: division and square root are the correctly rounded ones.
/// </summary>
public sealed class PtxTests
{
    private static readonly Lazy<Dictionary<string, Func<string>>> s_kernels = new(Kernels);

    public static TheoryData<string> Names { get; } = [.. Kernels().Keys.Order(StringComparer.Ordinal)];

    [Fact]
    public void Kernels_OfEveryLayer_AreFound()
    {
        // The golden layers, the conformance layers, and those of the states.
        Assert.True(Names.Count > 200, $"only {Names.Count} classes of kernels");
        Assert.Contains("StateKernels", s_kernels.Value.Keys);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Kernel_CompiledOffline_IsSelfContainedAndExact(string name)
    {
        var ptx = s_kernels.Value[name]();
        var faults = ptx.Split('\n').Where(IsFault).Select(l => l.Trim()).Distinct().ToList();
        Assert.True(faults.Count == 0, $"{name}:\n{string.Join("\n", faults)}");
    }

    // .extern .func: a function of libdevice or the runtime that nothing provides. .approx, .ftz: fewer bits than IEEE. .f64 is
    // slow on most GPUs.
    private static bool IsFault(string line) => new[] { ".extern .func", ".approx", ".ftz", ".full.", ".f64" }.Any(line.Contains);

    private static Dictionary<string, Func<string>> Kernels()
    {
        var classes = new[] { typeof(PtxTests).Assembly, typeof(Golden.Layers.GpuLayer).Assembly }
            .SelectMany(a => a.GetTypes())
            .Where(t => t.Namespace == "AttnDsl.Generated" && t.Name.EndsWith("_Gpu", StringComparison.Ordinal))
            .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Where(f => f.FieldType.IsGenericType && f.FieldType.GetGenericTypeDefinition() == typeof(GpuKernel<>))
            .ToDictionary(f => $"{f.DeclaringType!.Name}.{f.Name}", f => (Func<string>)(() => Compile([f.DeclaringType!.GetMethod(f.Name[..^"Kernel".Length])!])));
        classes["StateKernels"] = () => Compile([.. typeof(StateKernels).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(m => m.Name.EndsWith("Units", StringComparison.Ordinal))]);
        return classes;
    }

    internal static string Compile(params MethodInfo[] kernels)
    {
        using var context = Context.Create(b => b.Optimize(OptimizationLevel.O2));
        var architecture = new CudaArchitecture(8, 0);
        using var backend = new PTXBackend(context, new CudaCapabilityContext(architecture), architecture, new CudaInstructionSet(7, 0), null);
        return string.Join("\n", kernels.Select(k => ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(k), KernelSpecialization.Empty)).PTXAssembly));
    }
}
