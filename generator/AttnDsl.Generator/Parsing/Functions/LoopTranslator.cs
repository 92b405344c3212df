using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AttnDsl.Generator.Parsing.Functions;

/// <summary>
/// Loops that count: over the channels of a vector they are sums and maxima, else they are written out, turn by turn.
/// </summary>
/// <param name="channels">K of a map of vectors; else 0.</param>
/// <param name="run">Runs statements.</param>
internal sealed class LoopTranslator(ValueTranslator values, int channels, Action<IReadOnlyList<IOperation>, Scope> run)
{
    /// <summary>Turns of a loop over channels that may be written out.</summary>
    private const int FewTurns = 16;

    /// <summary>Stand for locals at the start of a turn, behind all other arguments.</summary>
    private const int FirstStart = 1 << 20;

    private bool _isSumming;

    public void Run(IForLoopOperation loop, Scope scope)
    {
        if (loop.Descendants().OfType<IBranchOperation>().FirstOrDefault() is { } jump) throw new TranslationException(jump.Syntax, "a jump has no translation; let the loop count to a constant");
        run(loop.Before, scope);
        var range = Range(loop, scope);
        if (range is var (counter, from, to) && IsSum(loop, counter, from, to, scope)) return;
        if (range is { } long_ && channels > 0 && long_.To - long_.From > FewTurns)
            throw new TranslationException(loop.Syntax, "a loop over channels adds to locals (sum += …) or keeps the largest or smallest (most = MathF.Max(most, …)); nothing else of it may last");
        while (true)
        {
            if (loop.Condition is null || values.Condition(loop.Condition, scope) is not Const holds)
                throw new TranslationException(loop.Syntax, "how often a loop runs has to be known to the compiler; let it count to a constant");
            if (holds.Value == 0) return;
            run([loop.Body, .. loop.AtLoopBottom], scope);
        }
    }

    /// <summary>What a loop counts by one, from where and up to what; null where it does otherwise.</summary>
    private (ISymbol Counter, int From, int To)? Range(IForLoopOperation loop, Scope scope)
    {
        if (loop is not { Before.Length: 1, AtLoopBottom.Length: 1, Locals.Length: 1 }) return null;
        var counter = loop.Locals[0];
        var byOne = loop.AtLoopBottom[0] is IExpressionStatementOperation { Operation: var step } && step is IIncrementOrDecrementOperation { Kind: OperationKind.Increment, Target: ILocalReferenceOperation { Local: var i } } && SymbolEqualityComparer.Default.Equals(i, counter);
        if (!byOne || loop.Condition is not IBinaryOperation { OperatorKind: BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual, LeftOperand: ILocalReferenceOperation { Local: var left } } test || !SymbolEqualityComparer.Default.Equals(left, counter)) return null;
        return scope[counter] is Const from && values.Value(test.RightOperand, scope) is Const to ? (counter, (int)from.Value, (int)to.Value + (test.OperatorKind == BinaryOperatorKind.LessThan ? 0 : 1)) : null;
    }

    private bool IsSum(IForLoopOperation loop, ISymbol counter, int from, int to, Scope scope)
    {
        if (from < 0 || to > channels || to - from < 2 || _isSumming) return false;
        var changed = loop.Body.Descendants().Select(Target).OfType<ISymbol>().Distinct<ISymbol>(SymbolEqualityComparer.Default).Where(s => scope[s] is not null).ToList();
        // A turn that changes the counter, or what it counts to, changes how many follow.
        if (loop.Condition!.Descendants().Any(o => changed.Contains(Read(o), SymbolEqualityComparer.Default))) return false;
        var turn = scope.Copy();
        turn[counter] = Vectors.Summed;
        for (var n = 0; n < changed.Count; n++) turn[changed[n]] = new Arg(FirstStart + n);
        _isSumming = true;
        run([loop.Body], turn);
        _isSumming = false;

        var behind = new List<Expr>();
        for (var n = 0; n < changed.Count; n++)
        {
            if (ChannelSums.Behind(scope[changed[n]]!, new Arg(FirstStart + n), turn[changed[n]]!, from, to) is not { } sum || sum.Any(e => e is Arg { Index: >= FirstStart })) return false;
            behind.Add(ValueTranslator.Bounded(sum, loop.Syntax));
        }

        for (var n = 0; n < changed.Count; n++) scope[changed[n]] = behind[n];
        return true;
    }

    private static ISymbol? Read(IOperation operation) => operation switch
    {
        ILocalReferenceOperation l => l.Local,
        IParameterReferenceOperation p => p.Parameter,
        _ => null,
    };

    private static ISymbol? Target(IOperation operation) => operation switch
    {
        IAssignmentOperation assignment => Read(assignment.Target),
        IIncrementOrDecrementOperation step => Read(step.Target),
        _ => null,
    };
}
