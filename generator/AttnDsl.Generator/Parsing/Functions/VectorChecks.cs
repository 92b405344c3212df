using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Model;
using Microsoft.CodeAnalysis;

namespace AttnDsl.Generator.Parsing.Functions;

/// <summary>Whether what a map of vectors reads is there, and can be read that way.</summary>
internal sealed class VectorChecks(FunctionDeclaration f, int channels, SyntaxNode at)
{
    /// <summary>The most terms of all features of a token whose sums are no products with a matrix: each is a cell of a tile.</summary>
    private const int MostCells = 16384;

    private readonly int _features = f.Features ?? channels;

    public void Check(Expr e)
    {
        foreach (var element in Vectors.Elements(e)) Check(element, from: 0, to: 0);
        // Choices by the feature's number may keep an index within its bounds.
        if (Vectors.Elements(e).Any(x => !(x.Index == Vectors.Feature && _features <= channels)))
        {
            for (var d = 0; d < _features; d++)
                foreach (var x in Vectors.Elements(e.ForFeature(d))) Bounds(x, d);
        }

        foreach (var total in Vectors.Totals(e)) Check(total);
    }

    private void Check(Total t)
    {
        foreach (var x in Vectors.Elements(t.Body)) Check(x, t.From, t.To);
        if (t.UsesFeature())
        {
            if (t.IsMaximum) throw new TranslationException(at, "a maximum over channels cannot go by the feature; take it of what all features share");
            if (VectorProducts.Of(t.Body) is null && _features * channels > MostCells)
                throw new TranslationException(at, $"its sum over channels is no product with a learned matrix, and of more than {MostCells} terms for all features; write it as one, or make FeatureDim smaller");
        }
        else
        {
            for (var c = t.From; c < t.To; c++)
                foreach (var x in Vectors.Elements(t.Body.ForChannel(c))) Bounds(x, null);
        }

        foreach (var inner in Vectors.Totals(t.Body)) Check(inner);
    }

    private void Check(Element x, int from, int to)
    {
        var (ofFeature, ofChannel) = (x.Index.UsesFeature(), x.Index.UsesSummed());
        if (x.Of.Name.Length == 0)
        {
            if (ofFeature && ofChannel) throw new TranslationException(at, "a channel is taken by the feature's number, or by that of the channel summed over, not by both; write a learned matrix");
            return;
        }

        var lengths = f.Tensors.Single(t => t.Member == x.Of.Name).Lengths;
        var fits = lengths.Count == 2 ? ofFeature && ofChannel && IsCell(x.Index, from, to)
            : (x.Index == Vectors.Feature && lengths[0] == _features) || (x.Index == Vectors.Summed && lengths[0] == channels);
        if (!fits)
            throw new TranslationException(at, lengths.Count == 2
                ? $"the learned matrix {x.Of.Name} is read as [feature * {channels} + c], c the channel that a loop sums over"
                : $"the learned vector {x.Of.Name} is read by the number of the feature, where it has {_features}, or of the channel that a loop sums over, where it has {channels}");
    }

    private bool IsCell(Expr index, int from, int to)
    {
        for (var d = 0; d < _features; d += System.Math.Max(1, _features - 1))
        {
            for (var c = from; c < to; c++)
                if (!index.ForFeature(d).ForChannel(c).IsConst(d * channels + c)) return false;
        }

        // A line through the first and the last feature, and no whole part or choice in it, is the line.
        return !index.Any(e => e is Select or Unary { Op: UnaryOp.Floor });
    }

    private void Bounds(Element x, int? feature)
    {
        if (x.Index is Const { Value: var n } && !(n >= 0 && n < x.Of.Length))
            throw new TranslationException(at, $"{(feature is { } d ? $"feature {d}" : "a sum")} reads number {n} of {x.Of.Length}");
    }
}
