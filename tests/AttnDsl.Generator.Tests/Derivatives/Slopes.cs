using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Tests.Interpretation;
using Xunit;

namespace AttnDsl.Generator.Tests.Derivatives;

/// <summary>
/// Slopes of L = Σ y·upstream of a program, from its values alone: by an imaginary step so small that L(x + ih)/h has L′ as its imaginary
/// part to the last digit, with no difference to cancel.
/// </summary>
internal sealed class Slopes(NamedValues inputs, TileProgram program, Setting setting)
{
    private const double Step = 1e-40;

    /// <summary>Measured: 3e-15.</summary>
    private const double Tolerance = 1e-12;

    /// <summary>Gradients below it are what rounding leaves of terms that cancel: all inputs are of size 1.</summary>
    private const double LeastScale = 1e-3;

    public NamedValues Inputs => inputs;

    public NamedValues Outputs(params string[] names) => Outputs(inputs, names);

    /// <summary>Compares the gradients that a backward program left with slopes: of every tensor along random directions and along single elements.</summary>
    public void Check(NamedValues upstream, Tensors tensors, int seed, string because)
    {
        var random = new Random(seed);
        var gradients = inputs.Names.ToDictionary(n => n, n => Gradient(n, tensors));
        var scale = gradients.Values.SelectMany(g => g).Select(Math.Abs).DefaultIfEmpty(0).Append(LeastScale).Max();
        foreach (var name in inputs.Names)
        {
            if (IsFixed(name))
            {
                Assert.True(tensors[Adjoints.GradientOf(name)].Values is null, $"{name} is fixed and has a gradient: {because}");
                continue;
            }

            foreach (var direction in Directions(inputs.Count(name), random))
            {
                var slope = Of(upstream, name, direction);
                var gradient = gradients[name].Zip(direction, (g, d) => g * d).Sum();
                Assert.True(Math.Abs(slope - gradient) <= Tolerance * scale * direction.Sum(Math.Abs), $"the slope along {name} is {slope:R}, its gradient says {gradient:R}: {because}");
            }
        }
    }

    private double Of(NamedValues upstream, string name, double[] direction)
    {
        var outputs = Outputs(inputs.Moved(name, direction, Step), [.. upstream.Names]);
        return upstream.Names.Sum(n => outputs.Elements(n).Zip(upstream.Elements(n), (y, u) => y.Imaginary * u.Real).Sum()) / Step;
    }

    private NamedValues Outputs(NamedValues at, string[] names)
    {
        var tensors = at.CopyTo(new Tensors());
        ProgramRun.Run(program, setting, tensors);
        return NamedValues.From(tensors, names);
    }

    /// <summary>Zero where the backward program stores none.</summary>
    private double[] Gradient(string name, Tensors tensors)
    {
        var found = NamedValues.From(tensors, Adjoints.GradientOf(name)).Elements(Adjoints.GradientOf(name)).Select(g => g.Real).ToArray();
        return found.Length == 0 ? new double[inputs.Count(name)] : found;
    }

    private bool IsFixed(string name) => program.Statements.Any(s => s.Op is Load { IsFixed: true } load && load.Tensor == name);

    private static IEnumerable<double[]> Directions(int count, Random random)
    {
        if (count == 0) yield break;
        for (var n = 0; n < 2; n++) yield return [.. Enumerable.Range(0, count).Select(_ => 2 * random.NextDouble() - 1)];
        for (var n = 0; n < Math.Min(6, count); n++)
        {
            var single = random.Next(count);
            yield return [.. Enumerable.Range(0, count).Select(i => i == single ? 1.0 : 0)];
        }
    }
}
