using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace AttnDsl.Gpu;

/// <summary>
/// Where kernels run: a CUDA GPU, or ILGPU's CPU accelerator, which computes the same slowly. Holds the compiled kernels. Dispose
/// it after everything that was made from it.
/// </summary>
public sealed class GpuDevice : IDisposable
{
    private const int MostThreads = 128;

    private readonly ConcurrentDictionary<object, Lazy<Delegate>> _launchers = new();
    private readonly ConcurrentQueue<string> _fallbacks = new();
    private readonly Context _context;

    private GpuDevice(Context context, Accelerator accelerator, int mostThreads = MostThreads)
    {
        (_context, Accelerator) = (context, accelerator);
        GroupSize = Math.Min(mostThreads, accelerator.MaxNumThreadsPerGroup);
        DefaultStream = new(this, accelerator.DefaultStream);
        TensorCores = TensorCores.Of(this);
    }

    /// <summary>ILGPU's view of the device.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>Whether this is a GPU rather than the CPU accelerator.</summary>
    public bool IsCuda => Accelerator.AcceleratorType == AcceleratorType.Cuda;

    /// <summary>Whether tensors of 16 bits are worked on by tensor cores here: a CUDA GPU of compute capability 8.0 or later.</summary>
    public bool HasTensorCores => TensorCores is not null;

    /// <summary>Which kernels could not be compiled for this device's tensor cores, each with the reason: their layers run as they do on other devices.</summary>
    public IReadOnlyCollection<string> Fallbacks => _fallbacks;

    /// <summary>The device's name.</summary>
    public string Name => Accelerator.Name;

    /// <summary>Threads of a group.</summary>
    public int GroupSize { get; }

    /// <summary>The stream of calls that name none.</summary>
    public GpuStream DefaultStream { get; }

    internal TensorCores? TensorCores { get; }

    /// <summary>Groups that run at the same time: more items than that are dealt to them in turn.</summary>
    internal int MostGroups => Accelerator.NumMultiprocessors * (IsCuda ? 8 : 2);

    /// <summary>Whether a CUDA device and its driver are present.</summary>
    public static bool HasCuda
    {
        get
        {
            try
            {
                using var context = Context.Create(b => b.Cuda());
                return context.GetCudaDevices().Count > 0;
            }
            catch (Exception)
            {
                // No driver, or one that does not fit: all the same to a caller who asks.
                return false;
            }
        }
    }

    /// <summary>The first CUDA device if there is one, else the CPU accelerator.</summary>
    public static GpuDevice Open()
    {
        try
        {
            return OpenCuda();
        }
        catch (InvalidOperationException)
        {
            return OpenCpu();
        }
    }

    /// <summary>A CUDA device.</summary>
    /// <param name="index">Which one, from 0.</param>
    /// <exception cref="InvalidOperationException">There is none of that number, or it cannot be opened.</exception>
    public static GpuDevice OpenCuda(int index = 0)
    {
        Context context;
        try
        {
            context = Context.Create(b => b.Cuda().Optimize(OptimizationLevel.O2));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException("the CUDA driver could not be loaded; install NVIDIA's driver, or use GpuDevice.OpenCpu() to run on the CPU accelerator", e);
        }

        var devices = context.GetCudaDevices();
        if (index >= 0 && index < devices.Count)
        {
            try
            {
                return new(context, devices[index].CreateAccelerator(context));
            }
            catch (Exception e)
            {
                var name = devices[index].Name;
                context.Dispose();
                throw new InvalidOperationException($"the CUDA device {name} could not be opened: {e.Message}; see whether nvidia-smi lists it as free, or use GpuDevice.OpenCpu() to run on the CPU accelerator", e);
            }
        }

        var count = devices.Count;
        context.Dispose();
        throw new InvalidOperationException(count == 0
            ? "no CUDA device was found; check the NVIDIA driver (nvidia-smi), or use GpuDevice.OpenCpu() to run on the CPU accelerator"
            : string.Create(CultureInfo.InvariantCulture, $"there is no CUDA device {index}: this machine has {count}, numbered from 0"));
    }

    /// <summary>ILGPU's CPU accelerator: for tests and machines without a GPU. The layers' own CPU kernels are far faster.</summary>
    /// <param name="threads">Threads of a group: 1, which never waits for another, or a multiple of 4 from 4 to 1024.</param>
    public static GpuDevice OpenCpu(int threads = 16)
    {
        if (threads != 1 && (threads < 4 || threads > 1024 || threads % 4 != 0))
            throw new ArgumentOutOfRangeException(nameof(threads), threads, "the CPU accelerator needs one thread a group, or a multiple of 4 from 4 to 1024");
        // Of ILGPU's own warps, which have two threads at least, a single one runs.
        var device = threads == 1 ? new CPUDevice(2, 1, 1) : new CPUDevice(4, threads / 4, 1);
        var context = Context.Create(b => b.CPU(device).Optimize(OptimizationLevel.O2));
        return new(context, context.CreateCPUAccelerator(0), threads);
    }

    /// <summary>A stream of its own: calls on different streams may overlap.</summary>
    public GpuStream CreateStream() => new(this, Accelerator.CreateStream());

    /// <summary>A tensor <c>[B,T,H,D]</c> of zeros.</summary>
    public GpuTensor Tensor(int batch, int time, int heads, int width) => new(this, [batch, time, heads, width]);

    /// <summary>A tensor <c>[B,T,H,D]</c> of zeros of a format.</summary>
    public GpuTensor Tensor(TensorFormat format, int batch, int time, int heads, int width) => new(this, [batch, time, heads, width], format);

    /// <summary>A tensor <c>[B,T,H]</c> of zeros: gates and strengths, one a token and head.</summary>
    public GpuTensor Tensor(int batch, int time, int heads) => new(this, [batch, time, heads]);

    /// <summary>Waits until everything on every stream is done.</summary>
    public void Synchronize() => Accelerator.Synchronize();

    /// <summary>Frees the device.</summary>
    public void Dispose()
    {
        DefaultStream.Dispose();
        Accelerator.Dispose();
        _context.Dispose();
    }

    /// <summary>Memory on the device, with a message that says what to do where there is too little.</summary>
    internal MemoryBuffer1D<float, Stride1D.Dense> Allocate(long floats)
    {
        try
        {
            Accelerator.Bind();
            var buffer = Accelerator.Allocate1D<float>(Math.Max(1, floats));
            buffer.MemSetToZero();
            // Other streams may use it first.
            Accelerator.DefaultStream.Synchronize();
            return buffer;
        }
        catch (Exception e) when (e is AcceleratorException or OutOfMemoryException or OverflowException)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"{Name} has no {floats * sizeof(float)} bytes of memory left; use smaller batches or shorter sequences, or dispose tensors that are no longer needed"), e);
        }
    }

    internal void FallBack(string why)
    {
        _fallbacks.Enqueue(why);
        Trace.TraceWarning(why);
    }

    /// <summary>A compiled kernel's launcher; compiled at its first use on this device.</summary>
    internal TLauncher Launcher<TLauncher>(Kernels.GpuKernel<TLauncher> kernel)
        where TLauncher : Delegate =>
        (TLauncher)_launchers.GetOrAdd(kernel, static (key, device) => new(() => device.Compile((Kernels.GpuKernel<TLauncher>)key)), this).Value;

    /// <summary>For messages: two devices may have one name.</summary>
    internal static string Other(GpuDevice device, GpuDevice than) =>
        device.Name == than.Name ? $"another GpuDevice than the call runs on (both are {device.Name})" : $"{device.Name}, but the call runs on {than.Name}";

    private Delegate Compile<TLauncher>(Kernels.GpuKernel<TLauncher> kernel)
        where TLauncher : Delegate
    {
        Accelerator.Bind();
        var compiled = Accelerator.GetBackend().Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel.Method), KernelSpecialization.Empty);
        return Accelerator.LoadKernel(compiled).CreateLauncherDelegate<TLauncher>();
    }
}
