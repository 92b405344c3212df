using System;
using System.Text;
using AttnDsl.Gpu;
using AttnDsl.Gpu.Kernels;

namespace AttnDsl.Benchmarks.Gpu;

/// <summary>What the card can do at most: products by the instruction that the kernels use, and copies.</summary>
internal static class GpuLimits
{
    private const int Warps = 8, Sums = 16, Turns = 4000;

    private static readonly byte[] s_text = Encoding.ASCII.GetBytes(Text());

    private static readonly TensorKernel s_products = new("limits", "Products", rows: 1, threads: 32 * Warps, sharedBytes: 0, static () => s_text);

    /// <summary>Multiply-adds of bfloat16 with sums in float32, both counted, a second: m16n8k16 with its operands in registers.</summary>
    public static double FlopsPerSecond(GpuDevice device)
    {
        using var result = device.Tensor(1, 1, 1, 4);
        var stream = device.DefaultStream;
        var blocks = 2 * device.Accelerator.NumMultiprocessors;
        if (!s_products.Runs(stream, TensorFormat.BFloat16, 1)) return double.NaN;
        var seconds = GpuTiming.Seconds(device, () => s_products.Launch(stream, TensorFormat.BFloat16, blocks, 1, [result], Turns), launches: 10);
        return 2.0 * 16 * 8 * 16 * Sums * Turns * Warps * blocks / seconds;
    }

    /// <summary>Bytes read and written by a copy on the device, a second.</summary>
    public static double CopiedBytesPerSecond(GpuDevice device)
    {
        const int floats = 1 << 28;
        using var from = device.Tensor(1, 1, 1, floats);
        using var to = device.Tensor(1, 1, 1, floats);
        return 2.0 * sizeof(float) * floats / GpuTiming.Seconds(device, () => device.DefaultStream.Copy(from.View.Data, to.View.Data, floats), launches: 10);
    }

    private static string Text()
    {
        var products = new StringBuilder();
        for (var n = 0; n < Sums; n++)
        {
            var sum = $"{{%s{4 * n}, %s{4 * n + 1}, %s{4 * n + 2}, %s{4 * n + 3}}}";
            products.Append($"    mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {sum}, {{%a0, %a1, %a2, %a3}}, {{%b{n % 4}, %b{n % 4 + 1}}}, {sum};\n");
        }

        var begin = new StringBuilder();
        for (var n = 0; n < 4 * Sums; n++) begin.Append($"    mov.f32 %s{n}, 0f00000000;\n");
        for (var n = 0; n < 4; n++) begin.Append($"    mad.lo.u32 %a{n}, %n, 9301, {49297 + n};\n    and.b32 %a{n}, %a{n}, 0x3f7f3f7f;\n");
        for (var n = 0; n < 5; n++) begin.Append($"    mad.lo.u32 %b{n}, %n, 4096, {150889 + n};\n    and.b32 %b{n}, %b{n}, 0x3f7f3f7f;\n");
        var end = new StringBuilder();
        for (var n = 1; n < 4 * Sums; n++) end.Append($"    add.f32 %s0, %s0, %s{n};\n");
        return $$"""
            .version 7.4
            .target sm_80
            .address_size 64

            .visible .entry Products(.param .u64 to, .param .u64 toBatch, .param .u64 toHead, .param .u64 toTime, .param .u32 turns)
            .maxntid {{32 * Warps}}, 1, 1
            {
                .reg .f32 %s<{{4 * Sums}}>;
                .reg .b32 %a<4>, %b<5>, %n, %turns;
                .reg .b64 %to;
                .reg .pred %p;
                mov.u32 %n, %tid.x;
                ld.param.u32 %turns, [turns];
            {{begin}}
            $turn:
            {{products}}
                add.s32 %turns, %turns, -1;
                setp.gt.s32 %p, %turns, 0;
                @%p bra $turn;
            {{end}}
                ld.param.u64 %to, [to];
                cvta.to.global.u64 %to, %to;
                setp.lt.f32 %p, %s0, 0fBF800000;
                @%p st.global.f32 [%to], %s0;
                ret;
            }
            """;
    }
}
