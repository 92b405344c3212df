using System;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace AttnDsl.Benchmarks;

/// <summary>What the numbers were measured on.</summary>
internal static class Machine
{
    /// <summary>Widest vectors with a fused multiply-add in hardware.</summary>
    public static int VectorBits { get; } =
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? 512
        : Vector256.IsHardwareAccelerated && Fma.IsSupported ? 256
        : Fma.IsSupported || AdvSimd.IsSupported ? 128
        : 0;

    /// <summary>Processors this process may use.</summary>
    public static int Threads => Environment.ProcessorCount;

    public static void PrintHeading()
    {
        Console.WriteLine($"{CpuName()}, {Threads} threads, vectors {VectorBits} bits, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}");
        if (System.Diagnostics.Debugger.IsAttached || !IsOptimised())
        {
            Console.Error.WriteLine("warning: not an optimised build, use -c Release");
        }
    }

    /// <summary>Bytes of the data cache of <paramref name="level"/> (1 to 3), or <paramref name="assumed"/> where the system does not tell.</summary>
    public static long CacheBytes(int level, long assumed)
    {
        const string root = "/sys/devices/system/cpu/cpu0/cache";
        if (!Directory.Exists(root))
        {
            return assumed;
        }

        foreach (var index in Directory.GetDirectories(root, "index*"))
        {
            if (Field(index, "level") != level.ToString(CultureInfo.InvariantCulture) || Field(index, "type") == "Instruction")
            {
                continue;
            }

            var size = Field(index, "size");
            var unit = size.EndsWith('K') ? 1024L : size.EndsWith('M') ? 1024L * 1024 : 1;
            if (long.TryParse(size.TrimEnd('K', 'M'), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                return count * unit;
            }
        }

        return assumed;
    }

    private static string Field(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : "";
    }

    private static string CpuName()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(unchecked((int)0x80000000), 0).Eax < unchecked((int)0x80000004))
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }

        // The brand string: 16 bytes in each of three leaves.
        var text = new StringBuilder(48);
        for (var leaf = 0; leaf < 3; leaf++)
        {
            var (eax, ebx, ecx, edx) = X86Base.CpuId(unchecked((int)0x80000002) + leaf, 0);
            foreach (var word in (ReadOnlySpan<int>)[eax, ebx, ecx, edx])
            {
                text.Append(Encoding.ASCII.GetString(BitConverter.GetBytes(word)));
            }
        }

        // Hypervisors often shorten the name; family and model still tell the core.
        var signature = X86Base.CpuId(1, 0).Eax;
        var family = ((signature >> 8) & 15) + ((signature >> 20) & 255);
        var model = ((signature >> 4) & 15) | ((signature >> 12) & 240);
        return $"{text.ToString().TrimEnd('\0', ' ')} (family {family}, model {model})";
    }

    private static bool IsOptimised()
    {
        var debuggable = (System.Diagnostics.DebuggableAttribute?)Attribute.GetCustomAttribute(
            typeof(Machine).Assembly, typeof(System.Diagnostics.DebuggableAttribute));
        return debuggable is not { IsJITOptimizerDisabled: true };
    }
}
