using System.Linq;
using System.Text;
using System.Threading;
using AttnDsl.Generator.Emit;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Parsing;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace AttnDsl.Generator;

/// <summary>attributes → DeclarationParser → LayerModel → LayerRules, Resolver → DynamicalSystem → programs → CpuPlanner → emitters → text.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class AttentionGenerator : IIncrementalGenerator
{
    private static readonly Encoding s_utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        // One record a declaration; everything behind it runs only when that record changed.
        var layers = context.SyntaxProvider
            .ForAttributeWithMetadataName(KnownNames.Layer, static (node, _) => node is TypeDeclarationSyntax, static (c, cancellation) => Parse(c, cancellation))
            .Where(static m => m is not null)
            .WithTrackingName(TrackingNames.Parse);

        // Little of the compilation matters: whether there is a GPU package, and how integers are added.
        var facts = context.CompilationProvider.Select(static (c, _) => CompilationFacts.Of(c)).WithTrackingName(TrackingNames.Facts);

        context.RegisterSourceOutput(layers.Combine(facts), static (c, pair) => Generate(c, pair.Left!, pair.Right));
    }

    /// <summary>A type that no generated part can extend gets none: the analyzer says why.</summary>
    private static LayerModel? Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellation) =>
        context.TargetSymbol is INamedTypeSymbol type && TypeRules.CanExtend(type) ? DeclarationParser.Parse(type, context.SemanticModel.Compilation, cancellation) : null;

    private static void Generate(SourceProductionContext context, LayerModel model, CompilationFacts facts)
    {
        foreach (var (hint, text) in Files(model, facts))
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            context.AddSource(hint, SourceText.From(text, s_utf8));
        }
    }

    /// <summary>The files of a declaration: a pure function of the model.</summary>
    internal static (string Hint, string Text)[] Files(LayerModel model, CompilationFacts facts = default)
    {
        var system = Resolver.Resolve(model.Layer);
        var faulty = LayerRules.Check(model.Layer, model.Type.Name).Any(p => p.IsError);
        var plan = faulty ? null : LayerPlan.Build(system);
        var hint = HintNames.Of(model.Type.MetadataName);
        var cpu = HintNames.ClassOf(model.Type.MetadataName);
        return
        [
            (hint + ".g.cs", SurfaceEmitter.Emit(model.Type, system, plan, cpu, facts.HasGpu)),
            .. system.Causal ? [(hint + ".State.g.cs", StateEmitter.Emit(model.Type, system, plan))] : System.Array.Empty<(string, string)>(),
            .. plan is not null ? [(hint + ".Cpu.g.cs", CpuEmitter.Emit(plan, cpu, model.Type.Name))] : System.Array.Empty<(string, string)>(),
            .. facts.HasGpu ? [(hint + ".Gpu.g.cs", GpuEmitter.Emit(model.Type, system, plan, cpu + "_Gpu", facts.ChecksOverflow))] : System.Array.Empty<(string, string)>(),
        ];
    }
}
