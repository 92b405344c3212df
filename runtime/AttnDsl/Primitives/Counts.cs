namespace AttnDsl.Primitives;

/// <summary>How many rows of a state, or tokens, are in registers at a time: a type, so that the JIT compiles a straight line for each number.</summary>
internal interface ICount
{
    static abstract int Count { get; }
}

internal readonly struct One : ICount
{
    public static int Count => 1;
}

internal readonly struct Two : ICount
{
    public static int Count => 2;
}

internal readonly struct Four : ICount
{
    public static int Count => 4;
}

internal readonly struct Eight : ICount
{
    public static int Count => 8;
}
