using System.Linq;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Tests.Harness;
using AttnDsl.Space.Compiling;
using AttnDsl.Space.Faces;
using AttnDsl.Space.Points;
using Xunit;

namespace AttnDsl.Space.Tests;

/// <summary>The faces notice: a layer beside the reference of another one fails.</summary>
public sealed class FaceTests
{
    private static readonly LayerDeclaration s_plain = Layers.Plain(6, 5);
    private static readonly LayerDeclaration s_gated = s_plain with { Gate = new(GateShape.Key, null, GateActivation.LogSigmoid, 16) };
    private static readonly LayerDeclaration s_normalised = s_plain with { Kernel = Kernel.EluPlusOne, Read = new(Normaliser.KeySum, null) };
    private static readonly LayerDeclaration s_rotated = s_plain with { Rotation = new(RotationKind.Rotary, 10000, PairLayout.HalfSplit), Window = new(5, false, 0) };

    [Fact]
    public void AnotherLayer_FailsWhereItDiffers()
    {
        (LayerDeclaration Layer, LayerDeclaration Reference)[] pairs =
        [
            (s_plain, s_plain with { Scale = 0.4083 }),
            (s_gated, s_gated with { Gate = s_gated.Gate! with { Temperature = 16.001 } }),
            (s_gated, s_gated with { Kernel = Kernel.Silu }),
            (s_normalised, s_normalised with { Kernel = Kernel.Relu }),
            (s_rotated, s_rotated with { Rotation = s_rotated.Rotation! with { Base = 9900 } }),
            (s_rotated, s_rotated with { Rotation = s_rotated.Rotation! with { Layout = PairLayout.Interleaved } }),
            (s_rotated, s_rotated with { Window = new(6, false, 0) }),
            (s_rotated, s_rotated with { Window = new(5, false, 1) }),
        ];
        var compiled = Batch.Compile([.. pairs.Select(p => new Point(p.Layer))], @checked: false);
        for (var n = 0; n < pairs.Length; n++)
        {
            Assert.Null(compiled[n].Fault);
            var same = new FaceRun(new(pairs[n].Layer), CaseOf(pairs[n].Layer)).Run(compiled[n].Access!.Layer, "CPU").ToList();
            Assert.DoesNotContain(same, m => m.Grade == Grade.Failed);
            var other = new FaceRun(new(pairs[n].Reference), CaseOf(pairs[n].Reference)).Run(compiled[n].Access!.Layer, "CPU").ToList();
            Assert.Contains(other, m => m.Grade == Grade.Failed && m.What.Contains("Fastest"));
            Assert.Contains(other, m => m.Grade == Grade.Failed && m.What.Contains("streamed"));
            Assert.Contains(other, m => m.Grade == Grade.Failed && m.What.Contains("Backward"));
        }
    }

    /// <summary>A prime number of tokens.</summary>
    private static Case CaseOf(LayerDeclaration declaration) => Case.Of(new(declaration)).Single(c => c.Inputs.Time == 19);
}
