using System;
using Xunit;

namespace AttnDsl.Conformance.Layers;

internal static class Rejected
{
    /// <summary>The call throws an <see cref="ArgumentException"/> whose message has all these parts; blanks do not count.</summary>
    public static void With(Action call, params string[] parts)
    {
        var exception = Assert.ThrowsAny<ArgumentException>(call);
        AssertParts(exception, parts);
    }

    /// <summary>As <see cref="With"/>, where it is the state that cannot take the call: an <see cref="InvalidOperationException"/> will do too.</summary>
    public static void ByState(Action call, params string[] parts)
    {
        var exception = Assert.ThrowsAny<Exception>(call);
        Assert.True(exception is ArgumentException or InvalidOperationException, $"{exception.GetType().Name}: {exception.Message}");
        AssertParts(exception, parts);
    }

    private static void AssertParts(Exception exception, string[] parts)
    {
        var message = exception.Message.Replace(" ", "", StringComparison.Ordinal);
        foreach (var part in parts)
        {
            Assert.Contains(part.Replace(" ", "", StringComparison.Ordinal), message, StringComparison.Ordinal);
        }
    }
}
