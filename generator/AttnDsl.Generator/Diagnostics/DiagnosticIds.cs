namespace AttnDsl.Generator.Diagnostics;

/// <summary>Ids are never reused. 01xx declaration shape, 02xx parameter values, 03xx parts that do not go together, 04xx functions of the user, 05xx numerics.</summary>
internal static class DiagnosticIds
{
    public const string NotPartial = "ATTN0101";
    public const string ContainerNotPartial = "ATTN0102";
    public const string FileLocal = "ATTN0103";
    public const string UnsupportedContainer = "ATTN0104";
    public const string MemberTaken = "ATTN0105";

    public const string MissingKeyDim = "ATTN0201";
    public const string MissingValueDim = "ATTN0202";
    public const string HeadsNotPositive = "ATTN0203";
    public const string KeyValueHeadsDoNotDivide = "ATTN0204";
    public const string ValueHeadsNoMultiple = "ATTN0205";
    public const string OddKeyDim = "ATTN0206";
    public const string WindowNotPositive = "ATTN0207";
    public const string SinksNegative = "ATTN0208";
    public const string UnknownValue = "ATTN0209";
    public const string ChunkSize = "ATTN0210";
    public const string ScaleNotPositive = "ATTN0211";
    public const string TemperatureNotPositive = "ATTN0212";
    public const string BaseNotPositive = "ATTN0213";
    public const string EpsilonNegative = "ATTN0214";
    public const string DimTooLarge = "ATTN0215";
    public const string WindowTooLarge = "ATTN0216";
    public const string LowerBoundInvalid = "ATTN0217";
    public const string TooManyFeatures = "ATTN0231";
    public const string MapOptionNotPositive = "ATTN0232";
    public const string MissingHorizon = "ATTN0233";
    public const string TooManyHidden = "ATTN0234";
    public const string StrengthScaleNotPositive = "ATTN0240";
    public const string StepsOutOfRange = "ATTN0241";
    public const string SlotsOutOfRange = "ATTN0242";
    public const string PriorNegative = "ATTN0260";
    public const string ConvolutionWidth = "ATTN0261";
    public const string ExactWindowTooLong = "ATTN0262";
    public const string ConvolutionColumns = "ATTN0263";

    public const string SoftCapNotPositive = "ATTN0250";
    public const string LevelsOutOfRange = "ATTN0254";

    public const string GateOnSoftmax = "ATTN0301";
    public const string WriteOnSoftmax = "ATTN0302";
    public const string ReadOnSoftmax = "ATTN0303";
    public const string WindowWithoutSoftmax = "ATTN0304";
    public const string WindowBidirectional = "ATTN0305";
    public const string GateBidirectional = "ATTN0306";
    public const string WriteBidirectional = "ATTN0307";
    public const string ExponentialGatePerKey = "ATTN0308";
    public const string ExponentialGateUnstabilised = "ATTN0309";
    public const string StabilisedWithoutExponentialGate = "ATTN0310";
    public const string DeltaNormalised = "ATTN0311";
    public const string RotationOfFeatures = "ATTN0312";
    public const string KeyValueHeadsOnMatrix = "ATTN0313";
    public const string ValueHeadsOnSoftmax = "ATTN0314";
    public const string FormNotAvailable = "ATTN0315";
    public const string ConstantGateOptions = "ATTN0316";
    public const string BothGroupings = "ATTN0317";
    public const string DecayOnInputGate = "ATTN0318";
    public const string TemperatureUnused = "ATTN0319";
    public const string ChunkSizeUnused = "ATTN0320";
    public const string EpsilonUnused = "ATTN0321";
    public const string SkipOnSoftmax = "ATTN0322";
    public const string MapOptionUnused = "ATTN0331";
    public const string EtaUnused = "ATTN0340";
    public const string AddedEpsilonUnused = "ATTN0341";
    public const string ValueGateKeySum = "ATTN0342";
    public const string SlotGate = "ATTN0343";
    public const string SlotsUnused = "ATTN0344";
    public const string KeyOfGate = "ATTN0345";
    public const string StrengthOnRule = "ATTN0346";
    public const string StrengthScaleUnused = "ATTN0347";
    public const string StepsConflict = "ATTN0348";
    public const string ConstantsUnused = "ATTN0349";
    public const string ConstantsNeedHeads = "ATTN0350";
    public const string LightningLayers = "ATTN0351";
    public const string LogDecaysInvalid = "ATTN0352";
    public const string AugmentationNeedsPlainWrites = "ATTN0353";
    public const string BonusConflict = "ATTN0354";
    public const string StepOfGate = "ATTN0355";
    public const string ValueGateOnDelta = "ATTN0356";
    public const string PolynomialConflict = "ATTN0357";
    public const string ScanConflict = "ATTN0358";
    public const string ChannelStrength = "ATTN0359";
    public const string CentredConflict = "ATTN0380";
    public const string PriorUnused = "ATTN0381";
    public const string ConvolutionConflict = "ATTN0382";
    public const string ExactWindowConflict = "ATTN0383";
    public const string GridConflict = "ATTN0384";
    public const string NormaliserGradientUnused = "ATTN0323";
    public const string LowerBoundUnused = "ATTN0324";
    public const string KeyGateOnOja = "ATTN0325";
    public const string ScoreWithoutSoftmax = "ATTN0370";
    public const string LevelsConflict = "ATTN0375";

    public const string FunctionSignature = "ATTN0401";
    public const string UntranslatableCode = "ATTN0402";
    public const string FunctionTwice = "ATTN0403";
    public const string FunctionAndOption = "ATTN0404";
    public const string GateFunctionWithoutGate = "ATTN0405";
    public const string NormaliserFunctionWithoutKeySum = "ATTN0406";
    public const string FunctionWithoutLayer = "ATTN0407";
    public const string FunctionWithoutSoftmax = "ATTN0408";
    public const string LearnedNameTaken = "ATTN0409";

    public const string SignedKeySum = "ATTN0501";
}
