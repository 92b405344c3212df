using System;
using static AttnDsl.Benchmarks.LayerData;

namespace AttnDsl.Benchmarks;

/// <param name="Name">As printed.</param>
/// <param name="ForwardFlops">Of one Forward over T tokens.</param>
/// <param name="StepFlops">Of one Step after T tokens.</param>
/// <param name="Forward">Runs the layer in one form.</param>
/// <param name="ForwardBackward">Runs the layer's fastest form, then its gradients.</param>
/// <param name="Prefilled">Gives a state that has seen T tokens and room for <see cref="LayerRows.StepBlock"/> more, as an action that does one Step.</param>
internal sealed record LayerCase(string Name, double ForwardFlops, double StepFlops, Action<Forms> Forward, Action ForwardBackward, Func<Action> Prefilled)
{
    /// <summary>Operations of a layer with a matrix state, per token and head: write 2KV and read 2KV; decay KV; what a delta rule retrieves 2KV.</summary>
    public static double MatrixFlops(bool gated = false, bool delta = false) => H * ((4.0 * K * V) + (gated ? K * V : 0) + (delta ? 2.0 * K * V : 0));

    /// <summary>Operations of exact attention over a sequence: 2K + 2V for each query and key it sees, of which there are W·T − W²/2 a head.</summary>
    public static double SoftmaxFlops(double window) => H * 2.0 * (K + V) * ((window * T) - (window * window / 2));

    /// <summary>Operations of exact attention of one query over <paramref name="keys"/> keys.</summary>
    public static double SoftmaxStepFlops(double keys) => H * 2.0 * (K + V) * keys;
}
