using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Emit;

namespace AttnDsl.Generator.Semantics;

/// <summary>How much of its input each pair turns by: the constants τ of a selective rotation, in double precision wherever they are needed.</summary>
/// <param name="Pairs">How many.</param>
/// <param name="Kind">The series.</param>
/// <param name="Most">The largest τ.</param>
/// <param name="Base">Base of a geometric series.</param>
/// <param name="Angle">Largest angle of a series of tangents, in half turns.</param>
internal sealed record Temperatures(int Pairs, RotationTemperature Kind, double Most, double Base, double Angle)
{
    /// <summary>Whether every τ is 1.</summary>
    public bool AreOne => Kind == RotationTemperature.Geometric && Most == 1 && Base == 1;

    /// <summary>The table as C# for the CPU's class of kernels.</summary>
    public string Table => Kind == RotationTemperature.Geometric
        ? $"Phases.Geometric({Literals.Integer(Pairs)}, {Literals.Double(Base)}, {Literals.Double(Most)})"
        : $"Phases.Tangent({Literals.Integer(Pairs)}, {Literals.Double(Angle)}, {Literals.Double(Most)})";

    /// <summary>τ of every pair.</summary>
    public IEnumerable<double> Values => Enumerable.Range(0, Pairs).Select(i => Kind == RotationTemperature.Geometric
        ? Most * Math.Pow(Base, -(double)i / Pairs)
        : Most * Math.Tan(0.5 * Math.PI * Angle * i / (Pairs - 1)) / Math.Tan(0.5 * Math.PI * Angle));

    /// <summary>GPU kernels have τ in turns, times two to the power of minus this: the largest as 39 bits.</summary>
    public int TurnsExponent => (int)Math.Floor(Math.Log(Values.Max() / (2 * Math.PI), 2)) - 38;

    /// <summary>Those whole numbers.</summary>
    public IEnumerable<long> Turns => Values.Select(tau => (long)Math.Round(tau / (2 * Math.PI) * Math.Pow(2, -TurnsExponent)));

    /// <summary>τ_i for people.</summary>
    public string Formula => Kind == RotationTemperature.Geometric
        ? $"τ_i = {(Most == 1 ? "" : Literals.Number(Most) + "·")}{Literals.Number(Base)}^(−i/{Literals.Integer(Pairs)})"
        : $"τ_i = {(Most == 1 ? "" : Literals.Number(Most) + "·")}tan(θ_i/2) / tan(θ/2), θ_i evenly from 0 to θ = {Literals.Number(Angle)}·π";
}
