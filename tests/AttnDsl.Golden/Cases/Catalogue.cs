using System.Collections.Generic;

namespace AttnDsl.Golden.Cases;

/// <summary>Every declaration the tool has.</summary>
internal static class Catalogue
{
#if DECLARED_LAYERS
    public static readonly IReadOnlyList<Declaration> All = [.. SoftmaxCases.All, .. LinearCases.All, .. FeatureCases.All, .. GatedCases.All, .. WriteCases.All, .. ScanCases.All];
#else
    public static readonly IReadOnlyList<Declaration> All = [];
#endif
}
