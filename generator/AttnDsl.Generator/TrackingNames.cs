namespace AttnDsl.Generator;

/// <summary>Names of the pipeline's steps, as tests see them.</summary>
internal static class TrackingNames
{
    public const string Parse = nameof(Parse);
    public const string Facts = nameof(Facts);
    public const string Output = nameof(Output);
}
