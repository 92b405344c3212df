using System;
using System.Diagnostics;
using System.Linq;
using AttnDsl.Gpu;

namespace AttnDsl.Benchmarks.Gpu;

/// <summary>Softmax attention on tensor cores, beside what the card can do at most.</summary>
internal static class GpuRows
{
    private const int Batch = 4, Heads = 16;

    private delegate void Call(GpuTensor q, GpuTensor k, GpuTensor v, GpuTensor o);

    private delegate void Back(GpuTensor q, GpuTensor k, GpuTensor v, GpuTensor o, GpuTensor dq, GpuTensor dk, GpuTensor dv);

    /// <param name="Pairs">Of queries and keys that count, of T × T.</param>
    private sealed record Row(string Name, int Width, int KeyHeads, Func<int, double> Pairs, Call Forward, Back Backward);

    private static readonly Row[] s_rows =
    [
        new("causal, 128 wide", 128, Heads, Causal, (q, k, v, o) => Causal128.Gpu.Forward(new() { Q = q, K = k, V = v }, o), (q, k, v, o, dq, dk, dv) => Causal128.Gpu.Backward(new() { Q = q, K = k, V = v }, o, new() { Q = dq, K = dk, V = dv })),
        new("full, 128 wide", 128, Heads, Full, (q, k, v, o) => Full128.Gpu.Forward(new() { Q = q, K = k, V = v }, o), (q, k, v, o, dq, dk, dv) => Full128.Gpu.Backward(new() { Q = q, K = k, V = v }, o, new() { Q = dq, K = dk, V = dv })),
        new("causal, 64 wide", 64, Heads, Causal, (q, k, v, o) => Causal64.Gpu.Forward(new() { Q = q, K = k, V = v }, o), (q, k, v, o, dq, dk, dv) => Causal64.Gpu.Backward(new() { Q = q, K = k, V = v }, o, new() { Q = dq, K = dk, V = dv })),
        new("full, 64 wide", 64, Heads, Full, (q, k, v, o) => Full64.Gpu.Forward(new() { Q = q, K = k, V = v }, o), (q, k, v, o, dq, dk, dv) => Full64.Gpu.Backward(new() { Q = q, K = k, V = v }, o, new() { Q = dq, K = dk, V = dv })),
        new("causal, rotary, 4 key heads, 128 wide", 128, 4, Causal, (q, k, v, o) => GroupedRotary128.Gpu.Forward(new() { Q = q, K = k, V = v }, o), (q, k, v, o, dq, dk, dv) => GroupedRotary128.Gpu.Backward(new() { Q = q, K = k, V = v }, o, new() { Q = dq, K = dk, V = dv })),
        new("window of 1024 behind 4 sinks, 128 wide", 128, Heads, Windowed, (q, k, v, o) => Window128.Gpu.Forward(new() { Q = q, K = k, V = v }, o), (q, k, v, o, dq, dk, dv) => Window128.Gpu.Backward(new() { Q = q, K = k, V = v }, o, new() { Q = dq, K = dk, V = dv })),
    ];

    /// <param name="filter">Part of the names of the rows wanted.</param>
    public static int Print(string filter)
    {
        using var device = GpuDevice.OpenCuda();
        Console.WriteLine($"{device.Name}, {device.Accelerator.NumMultiprocessors} multiprocessors");
        if (!device.HasTensorCores)
        {
            Console.Error.WriteLine("This device has no tensor cores of compute capability 8.0 or later.");
            return 1;
        }

        var (flops, bytes) = (GpuLimits.FlopsPerSecond(device), GpuLimits.CopiedBytesPerSecond(device));
        Console.WriteLine($"at most {Table.Number(flops / 1e12)} TFLOP/s by mma.sync of bfloat16, {Table.Number(bytes / 1e9)} GB/s read and written by a copy");
        var table = new Table("layer, bfloat16, B 4, H 16", "T", "forward, ms", "TFLOP/s", "% of mma.sync", "gradients, ms", "TFLOP/s", "% of mma.sync");
        foreach (var row in s_rows.Where(r => r.Name.Contains(filter, StringComparison.Ordinal)))
        {
            foreach (var time in new[] { 1000, 1024, 4096, 16384 }) Add(table, device, row, time, flops);
        }

        table.Print();
        foreach (var fallback in device.Fallbacks) Console.WriteLine(fallback);
        return 0;
    }

    /// <summary>From the start of the process to the first result, in parts.</summary>
    public static int PrintFirst()
    {
        var start = Process.GetCurrentProcess().StartTime.ToUniversalTime();
        var (began, clock) = ((DateTime.UtcNow - start).TotalSeconds, Stopwatch.StartNew());
        using var device = GpuDevice.OpenCuda();
        var opened = clock.Elapsed.TotalSeconds;
        using var tensors = new Tensors(device, s_rows[0], 1024);
        var filled = clock.Elapsed.TotalSeconds;
        s_rows[0].Forward(tensors.Q, tensors.K, tensors.V, tensors.O);
        device.Synchronize();
        var first = clock.Elapsed.TotalSeconds;
        s_rows[0].Forward(tensors.Q, tensors.K, tensors.V, tensors.O);
        device.Synchronize();
        var second = clock.Elapsed.TotalSeconds;
        Console.WriteLine($"{device.Name}, {s_rows[0].Name}, T = 1024: {Table.Number(began + first)} s from the start of the process to the first result");
        Console.WriteLine($"  runtime {Table.Number(began)}, device {Table.Number(opened)}, tensors {Table.Number(filled - opened)}, first call {Table.Number(first - filled)} (the driver compiles its kernel, unless it has it from before), second call {Table.Number(second - first)}");
        return 0;
    }

    private static void Add(Table table, GpuDevice device, Row row, int time, double limit)
    {
        Table.Progress($"{row.Name}, T = {time}");
        using var t = new Tensors(device, row, time);
        var pairs = row.Pairs(time) * Batch * Heads;
        var launches = time > 4096 ? 10 : 100;
        var forward = GpuTiming.Seconds(device, () => row.Forward(t.Q, t.K, t.V, t.O), launches);
        var both = GpuTiming.Seconds(device, () => row.Backward(t.Q, t.K, t.V, t.G, t.DQ, t.DK, t.DV), launches / 2);
        // Backward runs forward once more.
        var gradients = both - forward;
        var (ahead, back) = (4 * pairs * row.Width / forward, 10 * pairs * row.Width / gradients);
        table.Add(row.Name, Table.Number(time), Table.Number(1e3 * forward), Table.Number(ahead / 1e12), Table.Number(100 * ahead / limit), Table.Number(1e3 * gradients), Table.Number(back / 1e12), Table.Number(100 * back / limit));
    }

    private static double Full(int time) => (double)time * time;

    private static double Causal(int time) => 0.5 * time * time;

    private static double Windowed(int time) => Causal(time) - (time > 1024 ? Causal(time - 1024) : 0);

    private sealed class Tensors : IDisposable
    {
        private readonly GpuTensor[] _all;

        public Tensors(GpuDevice device, Row row, int time)
        {
            GpuTensor New(int heads) => device.Tensor(TensorFormat.BFloat16, Batch, time, heads, row.Width);
            _all = [New(Heads), New(row.KeyHeads), New(row.KeyHeads), New(Heads), New(Heads), New(Heads), New(row.KeyHeads), New(row.KeyHeads)];
            // The same pseudo-random rows again and again: what counts is that they are no zeros.
            var random = new Random(1);
            foreach (var tensor in _all)
            {
                var bits = new ushort[tensor.Length];
                for (var n = 0; n < bits.Length; n++) bits[n] = n < 65521 ? (ushort)(BitConverter.SingleToUInt32Bits(2 * (random.NextSingle() + random.NextSingle() + random.NextSingle()) - 3) >> 16) : bits[n - 65521];
                tensor.CopyBitsFrom(bits);
            }
        }

        public GpuTensor Q => _all[0];

        public GpuTensor K => _all[1];

        public GpuTensor V => _all[2];

        public GpuTensor O => _all[3];

        public GpuTensor G => _all[4];

        public GpuTensor DQ => _all[5];

        public GpuTensor DK => _all[6];

        public GpuTensor DV => _all[7];

        public void Dispose()
        {
            foreach (var tensor in _all) tensor.Dispose();
        }
    }
}
