using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;
using AttnDsl.Generator.Tests.Harness;
using AttnDsl.Generator.Tests.Interpretation;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Generator.Tests.Derivatives;

/// <summary>
/// Whole programs, as planned, of a sample of layers: their outputs and states against the reference loops, their gradients against slopes.
/// Float64 throughout, so that a wrong term shows where float32 would round it away.
/// </summary>
public sealed class LayerTests
{
    private const double Step = 1e-40;

    /// <summary>Of the largest element. Measured: 6e-15 of outputs and states, 2e-15 of gradients.</summary>
    private const double Tolerance = 1e-11;

    public static TheoryData<int> Layers => [.. Enumerable.Range(0, LayerSample.Count)];

    [Theory]
    [MemberData(nameof(Layers))]
    public void EveryForm_IsTheReference(int n)
    {
        var sample = LayerSample.Of(n);
        var expected = Oracle.Run<double>(sample.Spec, sample.Inputs);
        foreach (var form in sample.Plan.Forms)
        {
            Compare(sample, form, expected, Pieces(sample, form, sample.Time));
            if (HandsStatesOn(sample.System)) Compare(sample, form, expected, Pieces(sample, form, sample.Next(0, sample.Time + 1)));
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Backward_IsTheSlope(int n) => GradientsAreSlopes(LayerSample.Of(n), holds: true);

    /// <summary>That a running maximum counts as a constant changes nothing where ε is 0: the slopes of the function itself.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(GateShape.Head)]
    [InlineData(GateShape.Constant)]
    public void Backward_OfStabilisedLayer_IsTheSlope_MaximumIncluded(GateShape? gate)
    {
        var declaration = Harness.Layers.Plain(4, 3) with
        {
            Heads = 2,
            ValueHeads = 4,
            Write = WriteRule.ExponentialGate,
            Read = new(Normaliser.Stabilised, 0),
            Gate = gate is { } shape ? new(shape, null, null, null) : null,
        };
        for (var seed = 0; seed < 4; seed++) GradientsAreSlopes(new(declaration, seed), holds: false);
    }

    /// <summary>Or the sample would not say what it seems to.</summary>
    [Fact]
    public void Sample_HasEveryMechanism()
    {
        Assert.InRange(LayerSample.Count, 40, 300);
        var systems = Enumerable.Range(0, LayerSample.Count).Select(n => LayerSample.Of(n).System).ToList();
        foreach (var mechanism in new Func<DynamicalSystem, object?>[]
        {
            s => s.Family, s => s.Causal, s => s.Kernel, s => s.Decay?.Shape, s => s.Decay?.Activation, s => s.Write, s => s.Normaliser, s => s.NormaliserGradient, s => s.Rotation?.Layout, s => s.Rotation?.Kind, s => s.Phase?.Gate, s => s.Phase?.HasBias,
            s => s.Writing.Strength, s => s.Writing.Key, s => s.Writing.Bonus, s => s.Skip, s => s.Augmentation, s => s.Score is { Bias: PositionBias.Alibi }, s => s.Score is { SinkLogit: true }, s => s.Levels > 0, s => s.ExactTokens > 0,
            s => s.Window?.RuntimeSized, s => s.Window?.SinkTokens > 0, s => s.KeyValueHeads is null, s => s.ValueHeads is null,
        })
        {
            var values = systems.Select(mechanism).Where(v => v is not null).Distinct().ToList();
            Assert.NotEmpty(values);
            var all = values[0] is bool ? [false, true] : Enum.GetValues(values[0]!.GetType()).Cast<object>();
            Assert.Empty(all.Except(values!));
        }
    }

    private static bool HandsStatesOn(DynamicalSystem s) => s is { Family: StateFamily.Matrix, Causal: true };

    // Forward

    /// <summary>The sequence in two pieces, the second from the state that the first left; an empty piece is none.</summary>
    private static List<LayerRun> Pieces(LayerSample sample, FormPlan form, int split)
    {
        var pieces = new List<LayerRun>();
        foreach (var (first, count) in new[] { (0, split), (split, sample.Time - split) }.Where(p => p.Item2 > 0))
        {
            var run = sample.Run(first, count);
            foreach (var state in sample.System.States)
            for (var n = 0; n < run.OutputHeads && pieces.Count > 0; n++)
                run[state.Name, n].Values = pieces[^1][state.Name, n].Values;
            run.Forward(form);
            pieces.Add(run);
        }

        return pieces;
    }

    private static void Compare(LayerSample sample, FormPlan form, LayerResult<double> expected, List<LayerRun> pieces)
    {
        var heads = Enumerable.Range(0, pieces[0].OutputHeads);
        Close(expected.Output, from run in pieces from t in Enumerable.Range(0, run.Time) from n in heads from c in Enumerable.Range(0, sample.System.ValueDim) select run["o", n].Values![t, c], "o");
        if (expected.State is not { } state) return;
        var slots = sample.System.Write == WriteRule.Slots;
        Close(state.S, State(slots ? "slotKeys" : "S"), "S");
        if (slots) Close(state.Z, State("slotValues"), "the slots' values");
        if (sample.System.HasKeySum) Close(state.Z, State(sample.System.IsStabilised ? "n" : "z"), "key sum");
        if (sample.System.IsCentred)
        {
            Close(state.Z, State("keyMean"), "the keys' mean");
            Close(state.ValueMean, State("valueMean"), "the values' mean");
            Close(state.Count, State("count"), "the count");
        }

        if (sample.System.IsStabilised) Close(state.M, State("m"), "m");

        IEnumerable<Complex> State(string name) => heads.SelectMany(n => Elements(pieces[^1][name, n]));

        void Close(double[] wanted, IEnumerable<Complex> found, string what)
        {
            var values = found.Select(x => x.Real).ToArray();
            Assert.Equal(wanted.Length, values.Length);
            var scale = Math.Max(1, wanted.Max(Math.Abs));
            foreach (var (w, v) in wanted.Zip(values)) Assert.True(Math.Abs(w - v) <= Tolerance * scale, $"{what} in the {form.Form} form is {v:R}, not {w:R}: {sample}");
        }
    }

    // Backward

    private static void GradientsAreSlopes(LayerSample sample, bool holds)
    {
        var system = sample.System;
        // A normaliser that the declaration holds is a constant to its gradients.
        holds &= system.IsStabilised || system.NormaliserGradient == NormaliserGradient.Held;
        string[] states = HandsStatesOn(system) ? [.. system.States.Select(s => s.Name).Where(s => s is not ("m" or "phaseRest"))] : [];
        // States are kept relative to their maximum: without holding it, a loss of theirs is another function.
        string[] outputs = ["o", .. system.IsStabilised && !holds ? [] : states];
        string[] inputs = [.. system.Inputs.Select(i => i.Tensor), .. system.Parameters.Select(p => p.Tensor), .. states];
        // The recurrent form takes every maximum in the place where the chunks do.
        var form = system.IsStabilised ? sample.Plan.Of(Forms.Recurrent)! : sample.Plan.Forms[sample.Next(0, sample.Plan.Forms.Count)];

        var backward = sample.Run(0, sample.Time, holds);
        var initial = (HandsStatesOn(system) ? system.States.ToArray() : []).ToDictionary(s => s.Name, s => Draw(s.Name, s.Name switch
        {
            "z" or "count" => () => Math.Abs(sample.Normal()),
            // Rows that a window holds are whole, or one row at a time sees others than a block does.
            "windowCount" => () => sample.Next(0, system.ExactTokens + 1),
            _ => sample.Normal,
        }));
        foreach (var (state, values) in initial) Put(backward, state, state, values);
        var upstream = outputs.ToDictionary(o => o, o => Draw(o, sample.Normal));
        foreach (var (output, values) in upstream) Put(backward, Adjoints.GradientOf(output), output, values);
        backward.Backward();

        var gradients = inputs.ToDictionary(i => i, i => Heads(i).Select(h => Elements(backward[Adjoints.GradientOf(i), h]).Select(g => g.Real).ToArray()).ToArray());
        var largest = gradients.Values.SelectMany(g => g).SelectMany(g => g).Max(Math.Abs);
        foreach (var input in inputs)
        {
            // A gradient may be nothing but what others round away: that of a query under its own key sum, with one channel.
            var scale = gradients[input].SelectMany(g => g).Max(Math.Abs) + 1e-4 * largest;
            foreach (var direction in new[] { Draw(input, sample.Normal), Draw(input, sample.Normal), Single(input), Single(input), Single(input) })
            {
                var slope = Slope(input, direction);
                var said = gradients[input].Zip(direction, Dot).Sum();
                Assert.True(Math.Abs(slope - said) <= Tolerance * scale * direction.Sum(d => d.Sum(Math.Abs)), $"the slope along {input} is {slope:R}, its gradient says {said:R} (at most {scale:R}): {sample}, {form.Form}");
            }
        }

        double Slope(string input, double[][] direction)
        {
            var run = sample.Run(0, sample.Time, holds);
            foreach (var (state, values) in initial) Put(run, state, state, values);
            foreach (var h in Heads(input))
            {
                var at = run[input, h].Values!;
                run[input, h].Values = Operations.Fill(at.GetLength(0), at.GetLength(1), (i, j) => at[i, j] + new Complex(0, Step * direction[h][i * at.GetLength(1) + j]));
            }

            run.Forward(form);
            return upstream.Sum(u => Heads(u.Key).Sum(h => Dot(Elements(run[u.Key, h]).Select(y => y.Imaginary), u.Value[h]))) / Step;
        }

        void Put(LayerRun run, string tensor, string like, double[][] values)
        {
            var (rows, cols) = run.SizeOf(like);
            foreach (var h in Heads(like)) run[tensor, h].Values = Operations.Fill(rows, cols, (i, j) => values[h][i * cols + j]);
        }

        double[][] Draw(string tensor, Func<double> value)
        {
            var (rows, cols) = backward.SizeOf(tensor);
            return [.. Heads(tensor).Select(_ => Enumerable.Range(0, rows * cols).Select(_ => value()).ToArray())];
        }

        double[][] Single(string tensor)
        {
            var direction = Draw(tensor, () => 0);
            direction[sample.Next(0, direction.Length)][sample.Next(0, direction[0].Length)] = 1;
            return direction;
        }

        IEnumerable<int> Heads(string tensor) => Enumerable.Range(0, backward.HeadsOf(tensor));
    }

    private static IEnumerable<Complex> Elements(Tensor tensor) => tensor.Values!.Cast<Complex>();

    private static double Dot(IEnumerable<double> a, IEnumerable<double> b) => a.Zip(b, (x, y) => x * y).Sum();
}
