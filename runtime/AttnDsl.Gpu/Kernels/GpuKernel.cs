using System;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace AttnDsl.Gpu.Kernels;

/// <summary>A kernel: the method, and the delegate through which it is launched. Devices keep what they compiled of it.</summary>
/// <typeparam name="TLauncher">A stream, a configuration, then the kernel's parameters.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GpuKernel<TLauncher>
    where TLauncher : Delegate
{
    /// <summary>The kernel of that name.</summary>
    public GpuKernel([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] Type type, string name) =>
        Method = type.GetMethod(name, BindingFlags.Public | BindingFlags.Static) ?? throw new MissingMethodException(type.Name, name);

    /// <summary>The method that a device compiles.</summary>
    public MethodInfo Method { get; }

    /// <summary>The launcher for a stream's device.</summary>
    public TLauncher On(GpuStream stream) => stream.Device.Launcher(this);
}
