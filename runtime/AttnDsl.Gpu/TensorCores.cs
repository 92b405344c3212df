using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using AttnDsl.Gpu.Kernels;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttnDsl.Gpu;

/// <summary>A device's kernels for tensor cores: compiled by the driver at their first use, launched on ILGPU's streams.</summary>
internal sealed class TensorCores(GpuDevice device)
{
    /// <summary>The grid's second axis.</summary>
    public const int MostItems = 65535;

    private const int MaxDynamicSharedBytes = 8, LocalBytes = 3;

    /// <summary>More a thread than that, and a kernel waits for its own registers.</summary>
    private const int MostLocalBytes = 1024;

    private readonly ConcurrentDictionary<(TensorKernel, TensorFormat), Lazy<nint>> _functions = new();

    /// <summary>Those of a device that has them; null where there are none.</summary>
    public static TensorCores? Of(GpuDevice device) =>
        device.Accelerator is CudaAccelerator { Architecture: { Major: >= 8 } } && Driver.IsThere ? new(device) : null;

    /// <summary>The function that the driver made of a kernel; 0 where it could not.</summary>
    public nint Function(TensorKernel kernel, TensorFormat format) =>
        _functions.GetOrAdd((kernel, format), static (key, cores) => new(() => cores.Compile(key.Item1, key.Item2)), this).Value;

    public unsafe void Launch(TensorKernel kernel, TensorFormat format, AcceleratorStream stream, int blocks, int items, ReadOnlySpan<TensorArgument> tensors, ReadOnlySpan<int> numbers)
    {
        var values = stackalloc long[4 * tensors.Length + numbers.Length];
        var count = 0;
        foreach (var t in tensors)
        {
            values[count++] = t.Address;
            values[count++] = t.Batch;
            values[count++] = t.Head;
            values[count++] = t.Time;
        }

        foreach (var n in numbers) values[count++] = n;
        var pointers = stackalloc long*[count];
        for (var n = 0; n < count; n++) pointers[n] = values + n;
        device.Accelerator.Bind();
        var error = CudaAPI.CurrentAPI.LaunchKernel(
            Function(kernel, format), blocks, items, 1, kernel.Threads, 1, 1, kernel.SharedBytes, ((CudaStream)stream).StreamPtr, (nint)pointers, 0);
        if (error != CudaError.CUDA_SUCCESS) throw new InvalidOperationException($"{kernel.Layer}: the kernel {kernel.Name} could not be launched on {device.Name}: {error}");
    }

    private nint Compile(TensorKernel kernel, TensorFormat format)
    {
        device.Accelerator.Bind();
        var error = CudaAPI.CurrentAPI.LoadModule(out var module, kernel.Module(format), out string? log);
        if (error != CudaError.CUDA_SUCCESS) return Refuse(kernel, $"{error} {log.AsSpan().TrimEnd('\0').Trim()}");
        error = CudaAPI.CurrentAPI.GetModuleFunction(out var function, module, kernel.Name);
        if (error != CudaError.CUDA_SUCCESS) return Refuse(kernel, error.ToString());
        if (Driver.SetAttribute(function, MaxDynamicSharedBytes, kernel.SharedBytes) != 0) return Refuse(kernel, $"it wants {kernel.SharedBytes} bytes of shared memory");
        if (Driver.Attribute(function, LocalBytes) is > MostLocalBytes and var spilled) return Refuse(kernel, $"{spilled} bytes of registers a thread would not fit");
        return function;
    }

    /// <summary>Said once: what was not compiled is not asked for again.</summary>
    private nint Refuse(TensorKernel kernel, string why)
    {
        device.FallBack($"{kernel.Layer}: {kernel.Name} runs on {device.Name} without tensor cores: {why}");
        return 0;
    }

    /// <summary>What ILGPU does not offer of the driver.</summary>
    private static unsafe class Driver
    {
        private static readonly delegate* unmanaged<nint, int, int, int> s_set;
        private static readonly delegate* unmanaged<int*, int, nint, int> s_get;

        static Driver()
        {
            if (!NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out var library)) return;
            if (NativeLibrary.TryGetExport(library, "cuFuncSetAttribute", out var set)) s_set = (delegate* unmanaged<nint, int, int, int>)set;
            if (NativeLibrary.TryGetExport(library, "cuFuncGetAttribute", out var get)) s_get = (delegate* unmanaged<int*, int, nint, int>)get;
        }

        public static bool IsThere => s_set is not null && s_get is not null;

        public static int SetAttribute(nint function, int attribute, int value) => s_set(function, attribute, value);

        public static int Attribute(nint function, int attribute)
        {
            int value;
            return s_get(&value, attribute, function) == 0 ? value : 0;
        }
    }
}
