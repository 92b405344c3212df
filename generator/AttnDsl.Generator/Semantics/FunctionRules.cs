using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using AttnDsl.Generator.Model;
using static AttnDsl.Generator.Diagnostics.DiagnosticIds;

namespace AttnDsl.Generator.Semantics;

/// <summary>The rules that a layer's functions keep.</summary>
internal static class FunctionRules
{
    /// <summary>What structs called Parameters have by themselves, and what span overloads take beside inputs and parameters.</summary>
    public static readonly string[] ReservedMembers =
    [
        "Parameters", "ParameterGradients", "Equals", "GetHashCode", "GetType", "ToString", "ReferenceEquals", "MemberwiseClone", "Finalize",
        "Batch", "Time", "Heads", "Window", "Output", "OutputTensor", "Inputs", PiecewiseTable.Member,
    ];

    /// <summary>Tensors that a call holds in place: the fields of <c>AttnDsl.Runtime.Pins</c>.</summary>
    public const int MostTensors = 64;

    /// <summary>What is wrong with the methods themselves.</summary>
    public static IEnumerable<Problem> Faults(LayerDeclaration d, string name)
    {
        foreach (var (f, n) in d.Functions.Select((f, n) => (f, n)))
        {
            if (f.Fault is { } fault) yield return new(fault.Id, Site(n) + ".Fault", [name, .. fault.Arguments]);
            // Two feature maps of single channels stand side by side.
            var (map, earlier) = (f.Role == FunctionRole.FeatureMap, d.Functions.Take(n).Where(e => e.Role == f.Role).ToList());
            var most = map && f.Features is null && earlier.All(e => e.Features is null) ? 1 : 0;
            if (earlier.Count > most) yield return new(FunctionTwice, Site(n), name, most == 1 ? "second feature map" : f.Role.Text(), earlier[most].Name, f.Name);
            if (f.Features <= 0) yield return new(MapOptionNotPositive, Site(n), name, "FeatureDim", f.Features.Value.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>What does not go together with the attributes.</summary>
    public static IEnumerable<Problem> Combinations(LayerDeclaration d, string name)
    {
        if (d.Function(FunctionRole.FeatureMap) is { } map && d.Kernel is { } kernel) yield return Replaced(d, map, name, $"Kernel.{kernel}");
        if (d.Function(FunctionRole.Gate) is { } gate)
        {
            if (d.Gate is null) yield return new(GateFunctionWithoutGate, Site(d, gate), name, gate.Name, "no [Gate]");
            else if (d.Gate.Shape == GateShape.Constant) yield return new(GateFunctionWithoutGate, Site(d, gate), name, gate.Name, "a constant gate");
            if (d.Gate is { Shape: not GateShape.Constant, Activation: not null }) yield return Replaced(d, gate, name, "Activation");
            if (d.Gate is { Shape: not GateShape.Constant, Temperature: not null }) yield return Replaced(d, gate, name, "Temperature");
        }

        foreach (var f in d.Functions.Where(f => f.Role is FunctionRole.Score or FunctionRole.Mask && LayerRules.DefaultKernel(d) != Kernel.Softmax))
            yield return new(FunctionWithoutSoftmax, Site(d, f), name, f.Role.Text(), f.Name);
        // Those that have a name of their own; each may have it once.
        var system = Resolver.Resolve(d);
        var named = new HashSet<string>(system.Parameters.Where(p => p.Tensor == Functions.Tensor(p.Member)).Select(p => p.Member).Concat(system.Inputs.Where(i => i.IsFixed).Select(i => i.Member)));
        foreach (var f in d.Functions)
            foreach (var taken in f.Members.Concat(f.PerToken).Where(l => !named.Remove(l))) yield return new(LearnedNameTaken, Site(d, f), name, taken, f.Name);

        // Built-in parts alone are about half as many.
        var tensors = system.Inputs.Count + Emit.Cpu.CpuEmitter.Pinned(system).Count;
        if (tensors > MostTensors && d.Functions.OrderByDescending(f => f.Members.Count() + f.PerToken.Count).First() is { } most) yield return new(TooManyTensors, Site(d, most), name, most.Name, tensors.ToString(CultureInfo.InvariantCulture), MostTensors.ToString(CultureInfo.InvariantCulture));

        if (d.Function(FunctionRole.Normaliser) is { } divisor)
        {
            var normaliser = LayerRules.DefaultNormaliser(d);
            if (LayerRules.DefaultKernel(d) == Kernel.Softmax) yield return new(NormaliserFunctionWithoutKeySum, Site(d, divisor), name, divisor.Name, "the softmax kernel");
            else if (normaliser == Normaliser.AbsoluteKeySum) yield return Replaced(d, divisor, name, "Normaliser.AbsoluteKeySum");
            else if (normaliser != Normaliser.KeySum) yield return new(NormaliserFunctionWithoutKeySum, Site(d, divisor), name, divisor.Name, $"Normaliser.{normaliser}");
            else if (d.Read?.Epsilon is not null) yield return Replaced(d, divisor, name, "Epsilon");
            else if (d.Read is { AddsEpsilon: true }) yield return Replaced(d, divisor, name, "AddsEpsilon");
        }
    }

    private static Problem Replaced(LayerDeclaration d, FunctionDeclaration f, string name, string option) => new(FunctionAndOption, Site(d, f), name, f.Role.Text(), f.Name, option);

    private static string Site(LayerDeclaration d, FunctionDeclaration f) => Site(d.Functions.ToList().IndexOf(f));

    private static string Site(int n) => $"{Problem.FunctionSite}.{n.ToString(CultureInfo.InvariantCulture)}";
}
