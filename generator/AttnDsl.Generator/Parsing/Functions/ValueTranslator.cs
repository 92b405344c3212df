using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AttnDsl.Generator.Parsing.Functions;

/// <summary>C# expressions as expressions of the generator: floats, whole numbers kept as floats, conditions as choices.</summary>
/// <param name="call">Writes a method out in place: the method, its arguments, what is known where it is called, and where that is.</param>
internal sealed class ValueTranslator(Func<IMethodSymbol, IReadOnlyList<Expr?>, Scope, SyntaxNode, Expr> call)
{
    /// <summary>Whole numbers are kept as floats, which are exact up to 2^24.</summary>
    private const int ExactIntegers = 1 << 24;

    /// <summary>A longer formula makes no kernel that compiles well, and its derivative is several times as long.</summary>
    private const int LongestFormula = 400;

    public Expr Value(IOperation operation, Scope scope)
    {
        if (operation.ConstantValue is { HasValue: true, Value: { } constant }) return Constant(constant, operation);
        return Bounded(operation switch
        {
            IParenthesizedOperation p => Value(p.Operand, scope),
            IConversionOperation c => Converted(c, scope),
            IParameterReferenceOperation p when !IsPosition(p.Type) => Known(p.Parameter, p.Syntax, scope),
            ILocalReferenceOperation l => Known(l.Local, l.Syntax, scope),
            IPropertyReferenceOperation { Instance: IParameterReferenceOperation } p when IsPosition(p.Property.ContainingType) => Position(p.Property.Name),
            IPropertyReferenceOperation { Instance: { } span } p when IsSpan(span.Type) => OfSpan(p, Value(span, scope), scope),
            _ when operation.Type?.SpecialType == SpecialType.System_Boolean && operation is not IInvocationOperation => Condition(operation, scope),
            IUnaryOperation { OperatorKind: UnaryOperatorKind.Minus } u when IsNumber(u) => -Value(u.Operand, scope),
            IUnaryOperation { OperatorKind: UnaryOperatorKind.Plus } u when IsNumber(u) => Value(u.Operand, scope),
            IConditionalOperation { WhenFalse: { } no } c => Conditions.Choose(Condition(c.Condition, scope), Value(c.WhenTrue, scope), Value(no, scope)),
            IBinaryOperation { OperatorMethod: null } b when IsNumber(b) => Arithmetic(b.OperatorKind, Value(b.LeftOperand, scope), Value(b.RightOperand, scope), b.Type, b.Syntax),
            IInvocationOperation invocation => Call(invocation, scope),
            IBinaryOperation or IUnaryOperation => throw NoNumber(operation.Type, operation.Syntax),
            _ => throw new TranslationException(operation.Syntax, $"{Unknown.Kind(operation)} has no translation; use parameters, locals, constants, operators, MathF and static methods of this project"),
        }, operation.Syntax);
    }

    /// <summary>A condition: 1 where it holds, 0 where not.</summary>
    public Expr Condition(IOperation operation, Scope scope)
    {
        if (operation.ConstantValue is { HasValue: true, Value: bool known }) return known ? Conditions.Always : Conditions.Never;
        return Bounded(operation switch
        {
            IParenthesizedOperation p => Condition(p.Operand, scope),
            IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } u => Conditions.Not(Condition(u.Operand, scope)),
            IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.And } b => Conditions.And(Condition(b.LeftOperand, scope), Condition(b.RightOperand, scope)),
            IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalOr or BinaryOperatorKind.Or } b => Conditions.Or(Condition(b.LeftOperand, scope), Condition(b.RightOperand, scope)),
            IBinaryOperation { OperatorMethod: null } b => Compared(b, scope),
            IConditionalOperation { WhenFalse: { } no } c => Conditions.Choose(Condition(c.Condition, scope), Condition(c.WhenTrue, scope), Condition(no, scope)),
            IInvocationOperation invocation => Call(invocation, scope),
            ILocalReferenceOperation l => Known(l.Local, l.Syntax, scope),
            IParameterReferenceOperation p => Known(p.Parameter, p.Syntax, scope),
            _ => throw new TranslationException(operation.Syntax, $"{Unknown.Kind(operation)} is no condition that has a translation; use comparisons, &&, || and !"),
        }, operation.Syntax);
    }

    public void Assign(IAssignmentOperation assignment, Scope scope)
    {
        var target = Target(assignment.Target, scope);
        var value = Value(assignment.Value, scope);
        scope[target] = assignment switch
        {
            ISimpleAssignmentOperation { IsRef: false } => value,
            ICompoundAssignmentOperation { OperatorMethod: null, Type.SpecialType: SpecialType.System_Boolean } c => Bounded(Combined(c.OperatorKind, Known(target, c.Syntax, scope), value), c.Syntax),
            ICompoundAssignmentOperation { OperatorMethod: null } c => Bounded(Arithmetic(c.OperatorKind, Known(target, c.Syntax, scope), value, c.Type, c.Syntax), c.Syntax),
            _ => throw new TranslationException(assignment.Syntax, $"{Unknown.Kind(assignment)} has no translation; assign a value to a local"),
        };
    }

    public void Count(IIncrementOrDecrementOperation step, Scope scope)
    {
        var target = Target(step.Target, scope);
        scope[target] = Known(target, step.Syntax, scope) + (step.Kind == OperationKind.Increment ? 1 : -1);
    }

    /// <summary>The formula, or an exception where it is too long.</summary>
    public static Expr Bounded(Expr e, SyntaxNode at) =>
        Size(e, LongestFormula) > LongestFormula ? throw new TranslationException(at, $"written out it is a formula of more than {LongestFormula} operations; make it simpler") : e;

    /// <summary>Parts of a formula, every time they are written; counted no further than needed.</summary>
    private static int Size(Expr e, int most)
    {
        var size = 1;
        foreach (var part in e.Parts)
        {
            if (size > most) break;
            size += Size(part, most - size);
        }

        return size;
    }

    /// <summary>What an operator of conditions makes of two.</summary>
    private static Expr Combined(BinaryOperatorKind kind, Expr p, Expr q) => kind switch
    {
        BinaryOperatorKind.And => Conditions.And(p, q),
        BinaryOperatorKind.Or => Conditions.Or(p, q),
        _ => Conditions.Choose(p, Conditions.Not(q), q),
    };

    private static ISymbol Target(IOperation target, Scope scope)
    {
        ISymbol symbol = target switch
        {
            ILocalReferenceOperation { Local.RefKind: RefKind.None } l => l.Local,
            IParameterReferenceOperation { Parameter.RefKind: RefKind.None } p when !IsPosition(p.Type) => p.Parameter,
            _ => throw new TranslationException(target.Syntax, "only locals can be assigned; a kernel has nothing else that lasts"),
        };
        return SymbolEqualityComparer.Default.Equals(symbol.ContainingSymbol, scope.Method) ? symbol : throw new TranslationException(target.Syntax, $"{symbol.Name} belongs to the method around this one, which only reads it; return a value");
    }

    private static Expr Known(ISymbol symbol, SyntaxNode at, Scope scope) => scope[symbol] ?? throw new TranslationException(at, $"{symbol.Name} has no value here that a kernel knows; assign one first");

    private static Expr Position(string member) => member switch
    {
        "Query" => Ex.Query,
        "Key" => Ex.Key,
        _ => Ex.Head,
    };

    /// <summary>A span's length, or one of its numbers.</summary>
    private Expr OfSpan(IPropertyReferenceOperation p, Expr span, Scope scope) => (p.Property.Name, p.Arguments.Length, span) switch
    {
        ("Length", 0, Vector vector) => vector.Length,
        (_, 1, Vector vector) when p.Property.IsIndexer => new Element(vector, Value(p.Arguments[0].Value, scope)),
        _ => throw new TranslationException(p.Syntax, "of a span there are its numbers and its Length"),
    };

    private Expr Compared(IBinaryOperation b, Scope scope)
    {
        if (b.LeftOperand.Type?.SpecialType == SpecialType.System_Boolean)
        {
            var (p, q) = (Condition(b.LeftOperand, scope), Condition(b.RightOperand, scope));
            return b.OperatorKind == BinaryOperatorKind.Equals ? Conditions.Choose(p, q, Conditions.Not(q)) : Conditions.Choose(p, Conditions.Not(q), q);
        }

        if (!IsNumber(b.LeftOperand)) throw NoNumber(b.LeftOperand.Type, b.Syntax);
        var (x, y) = (Value(b.LeftOperand, scope), Value(b.RightOperand, scope));
        return b.OperatorKind switch
        {
            BinaryOperatorKind.LessThan => Conditions.Less(x, y),
            BinaryOperatorKind.GreaterThan => Conditions.Less(y, x),
            BinaryOperatorKind.LessThanOrEqual => Conditions.LessOrEqual(x, y),
            BinaryOperatorKind.GreaterThanOrEqual => Conditions.LessOrEqual(y, x),
            BinaryOperatorKind.Equals => Conditions.Equal(x, y),
            BinaryOperatorKind.NotEquals => Conditions.Not(Conditions.Equal(x, y)),
            _ => throw new TranslationException(b.Syntax, $"the operator {b.OperatorKind} has no translation; use comparisons, &&, || and !"),
        };
    }

    private static Expr Arithmetic(BinaryOperatorKind kind, Expr x, Expr y, ITypeSymbol? type, SyntaxNode at)
    {
        var whole = type?.SpecialType is SpecialType.System_Int32 or SpecialType.System_Int64;
        if (!whole && type?.SpecialType != SpecialType.System_Single) throw NoNumber(type, at);
        return (kind, y) switch
        {
            (BinaryOperatorKind.Add, _) => x + y,
            (BinaryOperatorKind.Subtract, _) => x - y,
            (BinaryOperatorKind.Multiply, _) => x * y,
            (BinaryOperatorKind.Divide, _) when !whole => x / y,
            (BinaryOperatorKind.Divide, Const { Value: > 0 } c) => Truncated(x, (int)c.Value),
            (BinaryOperatorKind.Remainder, Const { Value: > 0 } c) when whole => x - c.Value * Truncated(x, (int)c.Value),
            (BinaryOperatorKind.LeftShift, Const { Value: >= 0 and < 24 } c) => x * (1 << (int)c.Value),
            (BinaryOperatorKind.RightShift, Const { Value: >= 0 and < 24 } c) => Ex.Quotient(x, 1 << (int)c.Value),
            (BinaryOperatorKind.And, Const { Value: >= 0 } c) when whole && ((int)c.Value & ((int)c.Value + 1)) == 0 => x - (c.Value + 1) * Ex.Quotient(x, (int)c.Value + 1),
            (BinaryOperatorKind.Divide or BinaryOperatorKind.Remainder or BinaryOperatorKind.LeftShift or BinaryOperatorKind.RightShift, _) when whole =>
                throw new TranslationException(at, "a kernel divides and shifts whole numbers by positive constants only; use a constant, or float"),
            (BinaryOperatorKind.And or BinaryOperatorKind.Or or BinaryOperatorKind.ExclusiveOr, _) => throw new TranslationException(at, "whole numbers are floats in a kernel and have no bits; of bit operations there are shifts and & with 2^n − 1"),
            (BinaryOperatorKind.Remainder, _) => throw new TranslationException(at, "a kernel has no remainder of floats; use x - y * MathF.Floor(x / y)"),
            _ => throw new TranslationException(at, $"the operator {kind} has no translation; use +, -, * and /"),
        };
    }

    /// <summary>x / n as C# divides whole numbers: towards 0.</summary>
    private static Expr Truncated(Expr x, int n) => IsNegative(x) ? Conditions.Choose(Conditions.Less(x, 0), -Ex.Quotient(-x, n), Ex.Quotient(x, n)) : Ex.Quotient(x, n);

    /// <summary>Whether an expression may be negative. Positions, heads, and numbers of features and channels are not.</summary>
    private static bool IsNegative(Expr e) => !(Interval.Of(e, leaf => leaf is Expressions.Position or Channel ? new(0, double.PositiveInfinity) : Interval.Everything).Lower >= 0);

    private Expr Converted(IConversionOperation c, Scope scope)
    {
        var (from, to) = (c.Operand.Type?.SpecialType, c.Type?.SpecialType);
        if (c.OperatorMethod is not null || !IsNumber(c)) throw NoNumber(c.Type, c.Syntax);
        var value = Value(c.Operand, scope);
        if (!IsNumber(c.Operand)) throw NoNumber(c.Operand.Type, c.Operand.Syntax);
        if (from != SpecialType.System_Single || to == SpecialType.System_Single) return value;
        return IsNegative(value) ? Conditions.Choose(Conditions.Less(value, 0), -Ex.Floor(-value), Ex.Floor(value)) : Ex.Floor(value);
    }

    private Expr Call(IInvocationOperation invocation, Scope scope)
    {
        var method = invocation.TargetMethod;
        var type = method.ContainingType.ToDisplayString();
        if (type is "System.MathF" or "System.Math" or "float" or "int")
        {
            if (method.ReturnType.SpecialType == SpecialType.System_Double) throw new TranslationException(invocation.Syntax, $"{method.Name} computes with double, and kernels with float; use MathF.{method.Name}");
            if (!IsNumber(method.ReturnType)) throw new TranslationException(invocation.Syntax, $"{method.ContainingType.Name}.{method.Name} has no translation; there are {MathCalls.Known}");
            var numbers = Arguments(invocation, scope).Select(x => x ?? throw new TranslationException(invocation.Syntax, "a position is no number; use its members")).ToList();
            return MathCalls.Translate(method.Name, numbers) ?? throw new TranslationException(invocation.Syntax, $"{method.ContainingType.Name}.{method.Name} has no translation; there are {MathCalls.Known}");
        }

        if (!method.IsStatic && method.MethodKind != MethodKind.LocalFunction) throw new TranslationException(invocation.Syntax, $"{method.Name} belongs to an object, and kernels have none; make it static");
        return call(method, Arguments(invocation, scope), scope, invocation.Syntax);
    }

    private List<Expr?> Arguments(IInvocationOperation invocation, Scope scope) => [.. invocation.Arguments.OrderBy(a => a.Parameter?.Ordinal ?? 0).Select(a => Argument(a, scope))];

    /// <summary>Null for a position that is handed on.</summary>
    private Expr? Argument(IArgumentOperation argument, Scope scope) =>
        argument.Value is IParameterReferenceOperation p && IsPosition(p.Type) ? null : Value(argument.Value, scope);

    private static Expr Constant(object value, IOperation at) => value switch
    {
        bool b => b ? Conditions.Always : Conditions.Never,
        int n when Math.Abs((long)n) <= ExactIntegers => n,
        long n when Math.Abs((double)n) <= ExactIntegers => n,
        int or long => throw new TranslationException(at.Syntax, $"a kernel keeps whole numbers as floats, which are exact up to {ExactIntegers}; use a smaller one, or float"),
        float f => f,
        _ => throw NoNumber(at.Type, at.Syntax),
    };

    private static TranslationException NoNumber(ITypeSymbol? type, SyntaxNode at) => type?.SpecialType == SpecialType.System_Double
        ? new(at, "it computes with double, and kernels with float; write constants as 0.5f, and MathF for Math")
        : new(at, $"{type?.ToDisplayString() ?? "its type"} is not what kernels compute with; use float, int and bool");

    private static bool IsNumber(IOperation operation) => operation.Type is { } type && IsNumber(type);

    private static bool IsNumber(ITypeSymbol type) => type.SpecialType is SpecialType.System_Single or SpecialType.System_Int32 or SpecialType.System_Int64;

    public static bool IsSpan(ITypeSymbol? type) => type is INamedTypeSymbol { Name: "ReadOnlySpan", TypeArguments.Length: 1, ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } span && span.TypeArguments[0].SpecialType == SpecialType.System_Single;

    public static bool IsPosition(ITypeSymbol? type) => type?.ToDisplayString() == KnownNames.Namespace + ".ScorePosition";
}
