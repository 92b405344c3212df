using System;
using System.ComponentModel;

namespace AttnDsl.Runtime;

/// <summary>One call of a layer, cut into items that do not depend on each other.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IWork
{
    /// <summary>Takes the sixty-four addresses of <see cref="Pins"/>, 0 for a reference that is not set. Called once, before any item.</summary>
    void Bind(ReadOnlySpan<nint> addresses);

    /// <summary>Computes one item; several threads call it at once, each with a scratch of its own.</summary>
    void Run(int item, ref float scratch);
}
