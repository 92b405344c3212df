using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Golden.Cases;
using AttnDsl.Golden.Layers;
using AttnDsl.Golden.Vectors;

namespace AttnDsl.Golden.Runs;

/// <summary>Runs one declaration on one case through every form. A GPU would add its own runs to <see cref="RunsOf"/>.</summary>
internal static class CaseRunner
{
    /// <summary>Computes the output (of all tokens) and returns the matrix of the final state, empty when there is none.</summary>
    private delegate float[] FormRun(Job job, FloatTensor output);

    public static IEnumerable<Row> Run(GoldenCase @case, Declaration declaration, Action<string> started)
    {
        var name = declaration.Variant is null ? @case.Name : $"{@case.Name} [{declaration.Variant}]";
        foreach (var (form, run) in RunsOf(declaration))
        {
            started(form);
            yield return Guarded(name, form, () => RunForm(new Job(@case, declaration), name, form, run));
        }

        foreach (var (form, pieces) in BackwardRuns.Of(new Job(@case, declaration)))
        {
            started(form);
            yield return Guarded(name, form, () => BackwardRuns.Run(new Job(@case, declaration), name, form, pieces));
        }
    }

    private static IEnumerable<(string Form, FormRun Run)> RunsOf(Declaration declaration)
    {
        foreach (var form in new[] { Forms.Parallel, Forms.Chunkwise, Forms.Recurrent })
        {
            if (!declaration.Layer.Forms.HasFlag(form))
            {
                continue;
            }

            var title = form.ToString().ToLowerInvariant();
            if (!declaration.HasInitialState)
            {
                yield return (title, (job, output) => Forward(job, output, form));
            }

            if (declaration.Layer.IsCausal)
            {
                yield return (declaration.HasInitialState ? title : $"{title} + state", (job, output) => Split(job, output, form, [job.Time]));
            }
        }

        if (declaration.Layer.IsCausal)
        {
            yield return ("stream", Stream);
            yield return ("split", (job, output) => Split(job, output, Forms.Fastest, job.Ragged));
        }
    }

    private static Row RunForm(Job job, string name, string form, FormRun run)
    {
        var expected = job.Case.Tensors[Quantity.Output.Tensor];
        var output = FloatTensor.Poisoned(expected.Shape);
        var matrix = run(job, output);
        var errors = new Dictionary<Quantity, double> { [Quantity.Output] = Measure.RmsRatio(output.Data, expected.Data) };
        if (matrix.Length > 0 && job.Case.Find(Quantity.State.Tensor) is { } state)
        {
            errors[Quantity.State] = Measure.RmsRatio(matrix, state.Data);
        }

        return Row.Measured(name, form, errors);
    }

    private static Row Guarded(string name, string form, Func<Row> run)
    {
        try
        {
            return run();
        }
        catch (Exception exception)
        {
            // A layer that throws is a failed case, not a failed tool: the other cases still run.
            return new(name, form, Verdict.Fail) { Note = $"{exception.GetType().Name}: {exception.Message}" };
        }
    }

    private static float[] Forward(Job job, FloatTensor output, Forms form)
    {
        job.Layer.Forward(job.Slice(0, job.Time), output.Span, form);
        return [];
    }

    private static float[] Split(Job job, FloatTensor output, Forms form, int[] pieces)
    {
        var state = job.NewState();
        var start = 0;
        foreach (var piece in pieces)
        {
            job.Layer.Forward(job.Slice(start, piece), output.Time(start, piece), state, form);
            start += piece;
        }

        return state.ReadMatrix();
    }

    private static float[] Stream(Job job, FloatTensor output)
    {
        var state = job.NewState();
        var prefilled = job.Time / 3;
        state.Prefill(job.Slice(0, prefilled), output.Time(0, prefilled));
        for (var t = prefilled; t < job.Time; t++)
        {
            state.Step(job.Slice(t, 1), output.Time(t, 1));
        }

        return state.ReadMatrix();
    }
}
