using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using AttnDsl.Golden.Cases;
using AttnDsl.Golden.Layers;
using AttnDsl.Golden.Vectors;

namespace AttnDsl.Golden.Runs;

/// <summary>grad.X of a case is the gradient of sum(out.o · in.d_o) with respect to in.X.</summary>
internal static class BackwardRuns
{
    private const string OutputGradient = "in.d_o";

    /// <summary>In one pass, and in pieces from the last to the first where there is an order of tokens.</summary>
    public static IEnumerable<(string Form, int[] Pieces)> Of(Job job)
    {
        if (job.Case.Find(OutputGradient) is null)
        {
            yield break;
        }

        yield return ("backward", [job.Time]);
        if (job.Layer.IsCausal)
        {
            yield return ("backward split", job.Ragged);
        }
    }

    public static Row Run(Job job, string name, string form, int[] pieces)
    {
        var expected = job.Case.Tensors.Where(pair => pair.Key.StartsWith(Quantity.GradientPrefix, System.StringComparison.Ordinal)).ToList();
        var gradients = expected.ToDictionary(pair => InputOf(pair.Key), pair => FloatTensor.Poisoned(pair.Value.Shape) with { IsLearned = pair.Value.IsLearned });
        var upstream = job.Case.Tensors[OutputGradient];
        if (pieces.Length == 1 && !job.Declaration.HasInitialState)
        {
            job.Layer.Backward(job.Slice(0, job.Time), upstream.Span, Slice(0, job.Time));
        }
        else
        {
            var stateGradient = job.NewEmptyState();
            for (var (i, end) = (pieces.Length - 1, job.Time); i >= 0; end -= pieces[i--])
            {
                var (start, count) = (end - pieces[i], pieces[i]);
                var learned = gradients.Where(pair => pair.Value.IsLearned).ToDictionary(pair => pair.Key, pair => FloatTensor.Poisoned(pair.Value.Shape) with { IsLearned = pair.Value.IsLearned });
                var slice = Slice(start, count);
                job.Layer.Backward(
                    job.Slice(start, count), upstream.Time(start, count),
                    slice with { Tensors = gradients.ToDictionary(pair => pair.Key, pair => learned.GetValueOrDefault(pair.Key) ?? pair.Value) },
                    StateAfter(job, pieces[..i]), stateGradient);

                // A learned tensor's gradient is the sum over the pieces.
                foreach (var (tensor, part) in learned)
                {
                    for (var n = 0; n < part.Data.Length; n++) gradients[tensor].Data[n] = i == pieces.Length - 1 ? part.Data[n] : gradients[tensor].Data[n] + part.Data[n];
                }
            }

            if (job.Declaration.HasInitialState)
            {
                gradients[Declaration.InitialState] = gradients[Declaration.InitialState] with { Data = stateGradient.ReadMatrix() };
            }
        }

        var measured = expected.Select(pair => (pair.Key, Error: Measure.RmsRatio(gradients[InputOf(pair.Key)].Data, pair.Value.Data))).ToList();
        var errors = measured.GroupBy(pair => Quantity.OfGradient(job.Case.Name, pair.Key)).ToDictionary(
            group => group.Key,
            group => group.Any(pair => double.IsNaN(pair.Error)) ? double.NaN : group.Max(pair => pair.Error));
        var row = Row.Measured(name, form, errors);
        return row.Verdict == Verdict.Ok
            ? row
            : row with { Note = string.Join(", ", measured.Select(pair => $"{pair.Key} {pair.Error.ToString("0.00e-00", CultureInfo.InvariantCulture)}")) };

        TimeSlice Slice(int start, int count) => new(gradients, job.Case.Entry.Parameters, start, count);
    }

    private static string InputOf(string gradient) => "in." + gradient[Quantity.GradientPrefix.Length..];

    private static ILayerState StateAfter(Job job, int[] pieces)
    {
        var state = job.NewState();
        var output = FloatTensor.Poisoned(job.Case.Tensors[Quantity.Output.Tensor].Shape);
        var start = 0;
        foreach (var piece in pieces)
        {
            job.Layer.Forward(job.Slice(start, piece), output.Time(start, piece), state, Forms.Fastest);
            start += piece;
        }

        return state;
    }
}
