using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttnDsl.Space.Faces;

/// <summary>Kernels as PTX, without a device: the CPU accelerator runs what a GPU cannot.</summary>
internal sealed class Ptx : IDisposable
{
    private readonly Context _context = Context.Create(b => b.Optimize(OptimizationLevel.O2));
    private readonly PTXBackend _backend;

    public Ptx()
    {
        var architecture = new CudaArchitecture(8, 0);
        _backend = new(_context, new CudaCapabilityContext(architecture), architecture, new CudaInstructionSet(7, 0), null);
    }

    /// <summary>Functions that nothing provides, results with fewer bits than IEEE's, and double precision, which is slow.</summary>
    public IEnumerable<string> Faults(IEnumerable<MethodInfo> kernels) =>
        from kernel in kernels
        let text = ((PTXCompiledKernel)_backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), KernelSpecialization.Empty)).PTXAssembly
        from fault in new[] { ".extern .func", ".approx", ".ftz", ".full.", ".f64" }
        where text.Contains(fault, StringComparison.Ordinal)
        select $"{kernel.DeclaringType!.Name}.{kernel.Name} has {fault}";

    public void Dispose()
    {
        _backend.Dispose();
        _context.Dispose();
    }
}
