using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Ir;

/// <summary>
/// What turns with a program's angles, where it does not matter from where they are counted: turning all queries and keys from a block on changes as
/// much as turning the state with which it begins back. What the turn of a token receives is what the angles of all later rows do, most of
/// which cancels; summed over the rows of its block alone, and from S × dS behind the block on, it is as good at the first token of a long sequence as at the last.
/// </summary>
/// <param name="Angles">The tensor of angles; gradients of what each row turns by are handed on in its place.</param>
/// <param name="Layout">Which channels are pairs.</param>
/// <param name="States">The carried tiles that turn, by name.</param>
internal sealed record Frame(string Angles, PairLayout Layout, ICollection<string> States)
{
    public bool Turns(Carry carry) => States.Contains(carry.Name);

    /// <summary>S × dS: what turning these states changes.</summary>
    public Tile Turning(RegionBuilder b, string name, IEnumerable<(Tile State, Tile Adjoint)> states) => states
        .SelectMany(s => Pairs(b, s.State, s.Adjoint))
        .Select(pairs => b.SumRows(name, pairs))
        .Aggregate((x, y) => b.Add(name, x, y));

    /// <summary>Channels of keys lie along the columns of a state, down its rows, or both.</summary>
    private IEnumerable<Tile> Pairs(RegionBuilder b, Tile state, Tile adjoint)
    {
        var cross = new PairProduct(Layout, Cross: true);
        if (state.Shape.Cols == Dim.K) yield return b.Emit("turning", cross, state, adjoint);
        if (state.Shape.Rows == Dim.K) yield return b.Emit("turning", cross, b.Transpose(state.Plain + "Down", state), b.Transpose(adjoint.Plain + "Down", adjoint));
    }
}
