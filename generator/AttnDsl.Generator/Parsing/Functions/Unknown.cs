using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AttnDsl.Generator.Parsing.Functions;

/// <summary>Names for code without a translation.</summary>
internal static class Unknown
{
    public static string Kind(IOperation operation) => operation.Kind switch
    {
        OperationKind.Loop => "a loop",
        OperationKind.FieldReference => "a field that is not a constant",
        OperationKind.PropertyReference => "a property",
        OperationKind.ObjectCreation or OperationKind.DefaultValue or OperationKind.InstanceReference => "an object",
        OperationKind.ArrayElementReference or OperationKind.ArrayCreation => "an array",
        OperationKind.Switch or OperationKind.SwitchExpression => "a switch",
        OperationKind.IsPattern => "a pattern",
        OperationKind.Throw => "an exception",
        OperationKind.Try or OperationKind.Using or OperationKind.Lock => "a guarded block",
        OperationKind.DelegateCreation or OperationKind.AnonymousFunction => "a delegate",
        OperationKind.Literal => "this constant",
        OperationKind.Tuple or OperationKind.DeconstructionAssignment => "a tuple",
        OperationKind.Branch or OperationKind.Labeled => "a jump",
        OperationKind.Increment or OperationKind.Decrement or OperationKind.SimpleAssignment or OperationKind.CompoundAssignment => "an assignment inside an expression",
        OperationKind.Invalid or OperationKind.None => "code that does not compile",
        var kind => $"this ({kind})",
    };
}
