using System.Collections.Generic;
using System.Linq;
using System.Threading;
using AttnDsl.Generator.Expressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AttnDsl.Generator.Parsing.Functions;

/// <summary>
/// A method's body as an expression: a local is what was assigned to it, a call is its body with the arguments in place, an <c>if</c> is a
/// choice between what follows from each branch. What has no translation is a <see cref="TranslationException"/> at its place.
/// </summary>
internal sealed class FunctionTranslator
{
    /// <summary>Statements and calls that are written out in place: each path through the code counts its own.</summary>
    private const int MostSteps = 2000;

    private readonly Compilation _compilation;
    private readonly CancellationToken _cancellation;
    private readonly Stack<IMethodSymbol> _calls = new();
    private readonly ValueTranslator _values;
    private readonly LoopTranslator _loops;
    private int _steps;

    private FunctionTranslator(Compilation compilation, int channels, CancellationToken cancellation)
    {
        (_compilation, _cancellation, _values) = (compilation, cancellation, new(Call));
        _loops = new(_values, channels, (statements, scope) => Run(statements, scope));
    }

    /// <param name="arguments">What each parameter stands for; null for a <c>ScorePosition</c>, whose members are positions.</param>
    /// <param name="channels">K of a map of vectors, over whose channels loops sum; else 0.</param>
    public static Expr Translate(IMethodSymbol method, IReadOnlyList<Expr?> arguments, Compilation compilation, CancellationToken cancellation, int channels = 0) =>
        new FunctionTranslator(compilation, channels, cancellation).Call(method, arguments, new Scope(), SourceOf(method)?.GetSyntax(cancellation) ?? throw new System.ArgumentException("a method without source", nameof(method)));

    public static SyntaxReference? SourceOf(IMethodSymbol method) => (method.PartialImplementationPart ?? method).DeclaringSyntaxReferences.FirstOrDefault();

    /// <param name="at">What calls it.</param>
    private Expr Call(IMethodSymbol method, IReadOnlyList<Expr?> arguments, Scope caller, SyntaxNode at)
    {
        method = method.PartialImplementationPart ?? method;
        Step(at);
        if (_calls.Contains(method, SymbolEqualityComparer.Default)) throw new TranslationException(at, $"{method.Name} calls itself, and a kernel has no stack; write it as a formula");
        if (method.IsGenericMethod || method.IsVirtual || method.IsAbstract || method.IsAsync) throw new TranslationException(at, $"what {method.Name} does is not known before it runs; call a plain static method");
        if (method.Parameters.FirstOrDefault(p => p.RefKind is RefKind.Ref or RefKind.Out) is { } changed) throw new TranslationException(at, $"{method.Name} changes {changed.Name}; return a value");
        var syntax = SourceOf(method)?.GetSyntax(_cancellation);
        var body = syntax switch
        {
            MethodDeclarationSyntax m => (SyntaxNode?)m.Body ?? m.ExpressionBody,
            LocalFunctionStatementSyntax f => (SyntaxNode?)f.Body ?? f.ExpressionBody,
            _ => null,
        };
        // A project that is referenced shows its sources in an editor, but not to a compiler.
        if (syntax is null || body is null || !_compilation.ContainsSyntaxTree(syntax.SyntaxTree)) throw new TranslationException(at, $"the source of {method.ToDisplayString()} is not in this project; write the method here");

#pragma warning disable RS1030 // A called method may lie in another file than the one that is being analysed.
        var operation = _compilation.GetSemanticModel(syntax.SyntaxTree).GetOperation(body, _cancellation);
#pragma warning restore RS1030
        if (operation is not IBlockOperation block) throw new TranslationException(body, "it does not compile");
        _calls.Push(method);
        var scope = method.MethodKind == MethodKind.LocalFunction ? caller.Within(method) : new Scope(method);
        for (var n = 0; n < method.Parameters.Length; n++) scope[method.Parameters[n]] = arguments[n];
        var result = Run(block.Operations, scope) ?? throw new TranslationException(body, "it may end without a value; return one on every path");
        _calls.Pop();
        return result;
    }

    /// <summary>The value that the statements return; null when they end without one.</summary>
    private Expr? Run(IReadOnlyList<IOperation> statements, Scope scope)
    {
        for (var n = 0; n < statements.Count; n++)
        {
            Step(statements[n].Syntax);
            switch (statements[n])
            {
                case IReturnOperation { ReturnedValue: { } value }:
                    return _values.Value(value, scope);
                case IVariableDeclarationGroupOperation group:
                    foreach (var declarator in group.Declarations.SelectMany(d => d.Declarators))
                        if ((declarator.Initializer ?? ((IVariableDeclarationOperation)declarator.Parent!).Initializer) is { } initial) scope[declarator.Symbol] = _values.Value(initial.Value, scope);
                    break;
                case IExpressionStatementOperation { Operation: IAssignmentOperation assignment }:
                    _values.Assign(assignment, scope);
                    break;
                case IExpressionStatementOperation { Operation: IIncrementOrDecrementOperation step }:
                    _values.Count(step, scope);
                    break;
                case IBlockOperation block when Returns(block):
                    return Run([.. block.Operations, .. statements.Skip(n + 1)], scope);
                case IBlockOperation block:
                    Run(block.Operations, scope);
                    break;
                case IConditionalOperation choice when Returns(choice):
                    return Paths(choice, [.. statements.Skip(n + 1)], scope);
                case IConditionalOperation choice:
                    Merge(choice, scope);
                    break;
                case IForLoopOperation loop when !Returns(loop):
                    _loops.Run(loop, scope);
                    break;
                case IEmptyOperation or ILocalFunctionOperation:
                    break;
                case IForLoopOperation loop:
                    throw new TranslationException(loop.Syntax, "a loop that returns has no translation; assign a local in it and return that behind it");
                case IForEachLoopOperation each:
                    throw new TranslationException(each.Syntax, "a foreach has no translation; count over the numbers with for");
                case var other:
                    throw new TranslationException(other.Syntax, $"{Unknown.Kind(other)} has no translation; use locals, if and return");
            }
        }

        return null;
    }

    /// <summary>Both ways on from an <c>if</c> in which something returns, with what follows it.</summary>
    private Expr? Paths(IConditionalOperation choice, IReadOnlyList<IOperation> rest, Scope scope)
    {
        var condition = _values.Condition(choice.Condition, scope);
        var then = Run([choice.WhenTrue, .. rest], scope.Copy());
        var otherwise = Run(choice.WhenFalse is { } no ? [no, .. rest] : rest, scope.Copy());
        return then is null || otherwise is null ? null : ValueTranslator.Bounded(Conditions.Choose(condition, then, otherwise), choice.Syntax);
    }

    /// <summary>An <c>if</c> in which nothing returns leaves each local as one of two values.</summary>
    private void Merge(IConditionalOperation choice, Scope scope)
    {
        var condition = _values.Condition(choice.Condition, scope);
        var (then, otherwise) = (scope.Copy(), scope.Copy());
        Run([choice.WhenTrue], then);
        if (choice.WhenFalse is { } no) Run([no], otherwise);
        foreach (var local in then.Known)
        {
            // What only one branch assigns cannot be read behind it, unless it had a value before.
            if (then[local] is { } yes && otherwise[local] is { } other && !ReferenceEquals(yes, other)) scope[local] = ValueTranslator.Bounded(Conditions.Change(condition, yes, other), choice.Syntax);
            else if (otherwise[local] is not null) scope[local] = then[local];
        }
    }

    private static bool Returns(IOperation operation) => operation.Descendants().Any(o => o is IReturnOperation && !o.Syntax.Ancestors().TakeWhile(s => s != operation.Syntax).OfType<LocalFunctionStatementSyntax>().Any());

    private void Step(SyntaxNode at)
    {
        _cancellation.ThrowIfCancellationRequested();
        if (++_steps > MostSteps) throw new TranslationException(at, $"the paths through this code have more than {MostSteps} steps together; use fewer calls and branches");
    }
}
