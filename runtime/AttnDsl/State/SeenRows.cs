using System;
using System.ComponentModel;
using System.Globalization;

namespace AttnDsl.Runtime;

/// <summary>
/// What of a cache the next queries can see: the sinks that the window has left behind, then the window's rows. Laid one behind the
/// other they look to every mask as they do in place, because only sinks are visible from beyond the window.
/// </summary>
/// <param name="Position">Tokens seen.</param>
/// <param name="Keep">Tokens that a full window still sees; −1 without a window.</param>
/// <param name="SinkTokens">Sink tokens.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct SeenRows(long Position, int Keep, int SinkTokens)
{
    /// <summary>Rows in the window.</summary>
    public int Window => (int)(Keep < 0 ? Position : Math.Min(Keep, Position));

    /// <summary>Position of the window's first row.</summary>
    public long First => Position - Window;

    /// <summary>Sinks before the window.</summary>
    public int Sinks => (int)Math.Min(First, SinkTokens);

    /// <summary>Tokens between the sinks and the window, which one behind the other hides.</summary>
    public int Gap => (int)Math.Min(First - Sinks, 1 << 30);

    /// <summary>All of them.</summary>
    public int Count => Sinks + Window;

    /// <summary>Refuses a gradient that stands elsewhere than behind the last token; one that is as new holds nothing and fits everywhere.</summary>
    /// <param name="layer">Name of the layer, for messages.</param>
    /// <param name="gradient">Tokens behind which the gradient stands.</param>
    /// <param name="capacity">Rows that it has.</param>
    /// <param name="time">Tokens of the call.</param>
    public void MatchGradient(string? layer, long gradient, int capacity, int time)
    {
        if (gradient != 0 && gradient != Position + time)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"stateGradient stands behind token {gradient}, but this call of {layer} ends behind token {Position + time}: pass what Backward of the next piece left in it, or a new State"));
        if (Keep < 0 && Position > capacity)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"stateGradient holds {capacity} tokens, but the initial state of {layer} has seen {Position}: make it with as large a capacity"));
    }
}
