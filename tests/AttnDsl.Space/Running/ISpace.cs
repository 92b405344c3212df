using System;
using System.Collections.Generic;

namespace AttnDsl.Space.Running;

/// <summary>Everything that is to be tried, in an order that is the same in every process.</summary>
internal interface ISpace
{
    /// <summary>What tells this space from another: the first line of its report.</summary>
    string Name { get; }

    int Count { get; }

    /// <summary>How to try one again.</summary>
    string CommandOf(int index);

    /// <summary>Parts of it that are compiled together.</summary>
    IEnumerable<Unit> UnitsOf(IEnumerable<int> indices);

    /// <summary>Tries these and tells of each, as soon as it is known.</summary>
    void Prove(IReadOnlyList<int> indices, Action<Finding> report);
}

/// <summary>What is tried at one go.</summary>
/// <param name="Indices">Places in the space.</param>
/// <param name="Weight">How long one of them takes, compared with others.</param>
internal sealed record Unit(IReadOnlyList<int> Indices, double Weight);
