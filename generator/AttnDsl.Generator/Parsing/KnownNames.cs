namespace AttnDsl.Generator.Parsing;

/// <summary>Metadata names of the attributes.</summary>
internal static class KnownNames
{
    public const string Layer = "AttnDsl.AttentionLayerAttribute";
    public const string GpuDevice = "AttnDsl.Gpu.GpuDevice";
    public const string Namespace = "AttnDsl";
}
