using System.Linq;
using System.Runtime.CompilerServices;
using System.Text;
using AttnDsl.Generator.Emit;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;
using AttnDsl.Generator.Tests.Harness;
using Xunit;

namespace AttnDsl.Generator.Tests.Snapshots;

/// <summary>
/// The whole generated text of three unlike layers, and their tile programs and explanation: read as prose when they change.
/// </summary>
public sealed class SnapshotTests
{
    private const string Gla = """
        using AttnDsl;

        namespace Samples;

        [AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8)]
        [Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
        public static partial class GatedLinear;
        """;

    private const string Softmax = """
        using AttnDsl;

        namespace Samples;

        [AttentionLayer(KeyDim = 64, ValueDim = 96, Heads = 8, KeyValueHeads = 2)]
        [Rotation(RotationKind.Rotary)]
        [Window(256, RuntimeSized = true, SinkTokens = 4)]
        public static partial class WindowSoftmax;
        """;

    private const string Exponential = """
        using AttnDsl;

        namespace Samples;

        [AttentionLayer(KeyDim = 20, ValueDim = 24)]
        [Gate(GateShape.Head, Activation = GateActivation.LogSigmoid)]
        [Write(WriteRule.ExponentialGate)]
        public static partial class Mlstm;
        """;

    [Fact]
    public void GatedLinear_Text() => Text(Gla);

    [Fact]
    public void GatedLinear_Programs() => Programs(Gla);

    [Fact]
    public void WindowSoftmax_Text() => Text(Softmax);

    [Fact]
    public void WindowSoftmax_Programs() => Programs(Softmax);

    [Fact]
    public void Mlstm_Text() => Text(Exponential);

    [Fact]
    public void Mlstm_Programs() => Programs(Exponential);

    private static void Text(string source, [CallerMemberName] string name = "")
    {
        var text = new StringBuilder();
        foreach (var (hint, file) in new Project(source).Generate().Strict().Texts) text.Append($"//// {hint}\n{file}\n");
        Snapshot.Verify(text.ToString(), "cs", name);
    }

    /// <summary>The explanation, and the tile programs as the planner left them, kernel by kernel.</summary>
    private static void Programs(string source, [CallerMemberName] string name = "")
    {
        var model = new Project(source).Generate().Models.Single();
        var plan = LayerPlan.Build(Resolver.Resolve(model.Layer));
        var text = new StringBuilder(Explanation.Of(model.Type.Name, plan)).Append("\n\n");
        foreach (var kernel in plan.Kernels)
            text.Append($"---- {kernel.Name}: {kernel.Plan.ScratchFloats} floats of scratch\n{kernel.Plan.Program}\n");
        Snapshot.Verify(text.ToString(), "txt", name);
    }
}
