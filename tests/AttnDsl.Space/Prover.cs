using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using AttnDsl.Golden.Layers;
using AttnDsl.Gpu;
using AttnDsl.Space.Compiling;
using AttnDsl.Space.Faces;
using AttnDsl.Space.Points;

namespace AttnDsl.Space;

/// <summary>Finds the outcome of each point: compiled with many others, then run through every face.</summary>
/// <param name="runFaces">Whether layers are run; otherwise it is enough that they compile.</param>
/// <param name="report">Is told of each outcome, one at a time.</param>
internal sealed class Prover(bool runFaces, Action<Outcome> report)
{
    private readonly object _reporting = new();

    /// <summary>Points that are compiled at one go, all of them <see cref="Point.Checked"/> or none.</summary>
    public void Run(IReadOnlyList<Point> points) => Run(Batch.Compile(points, points.Count > 0 && points[0].Checked));

    private void Run(IReadOnlyList<Compiled> batch)
    {
        var runners = new ConcurrentBag<Runner>();
        Parallel.ForEach(
            batch,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            compiled =>
            {
                if (!runners.TryTake(out var runner)) runner = new();
                var outcome = OutcomeOf(compiled, runner);
                runners.Add(runner);
                lock (_reporting) report(outcome);
            });
        foreach (var runner in runners) runner.Dispose();
    }

    private Outcome OutcomeOf(Compiled compiled, Runner runner)
    {
        var (point, refused, warned) = (compiled.Point, compiled.Errors, compiled.Warnings);
        if (compiled.Fault is { } fault) return new(point, Verdict.Third, refused, []) { Reason = fault };
        if (!refused.IsEmpty) return new(point, Verdict.Refused, refused, []);
        if (!runFaces) return new(point, warned.IsEmpty ? Verdict.Compiles : Verdict.Warned, warned, []);
        var measures = new List<Measure>();
        try
        {
            var drawn = 0;
            measures.AddRange(Measured(drawn));

            // A random method may jump, and the last digit of a score decide where. That happens on few inputs; what is wrong is wrong on others too.
            if (point.Own is not null && measures.Any(m => m.Grade == Grade.Failed)) (measures, drawn) = ([.. Measured(1)], 1);
            var wrong = measures.Where(m => m.Grade == Grade.Failed).Select(m => m.ToString()).Concat(runner.PtxFaults(compiled)).ToList();
            return wrong.Count == 0
                ? new(point, warned.IsEmpty ? Verdict.Matches : Verdict.Warned, warned, measures) { IsSecondDraw = drawn > 0 }
                : new(point, Verdict.Third, warned, measures) { Reason = string.Join("\n", wrong) };
        }
        catch (Exception e)
        {
            return new(point, Verdict.Third, warned, measures) { Reason = e.ToString() };
        }

        IEnumerable<Measure> Measured(int drawn) => Case.Of(point, drawn).SelectMany(@case => runner.Run(compiled, @case));
    }

    /// <summary>What one thread needs to run layers.</summary>
    private sealed class Runner : IDisposable
    {
        /// <summary>Of so many points one runs single tokens in groups of several threads; the others are spared the time in which threads of a group wait for each other.</summary>
        private const int PointsPerGroup = 4;

        private readonly Lazy<GpuDevice> _threads = new(() => GpuDevice.OpenCpu(threads: 1));
        private readonly Lazy<GpuDevice> _groups = new(() => GpuDevice.OpenCpu(threads: 4));
        private readonly Lazy<Ptx> _ptx = new();

        public IEnumerable<Measure> Run(Compiled compiled, Case @case)
        {
            var run = new FaceRun(compiled.Point, @case);
            var device = @case.Inputs.Time == 1 && (uint)compiled.Point.Seed / 2 % PointsPerGroup == 0 ? _groups : _threads;
            return
            [
                .. run.Run(compiled.Access!.Layer, "CPU"),
                .. run.RunSpans(compiled.Access),
                .. run.RunPacked(compiled.Access),
                .. @case.OnGpu ? run.Run(new GpuLayer(compiled.Access.Layer, device.Value), "GPU") : [],
                .. compiled.Access.Tabulated is { } tabulated ? run.Run(tabulated, "CPU tabulated") : [],
                .. @case.OnGpu && compiled.Access.Tabulated is { } table ? run.Run(new GpuLayer(table, device.Value), "GPU tabulated") : [],
            ];
        }

        public IEnumerable<string> PtxFaults(Compiled compiled) => _ptx.Value.Faults(compiled.Kernels);

        public void Dispose()
        {
            if (_threads.IsValueCreated) _threads.Value.Dispose();
            if (_groups.IsValueCreated) _groups.Value.Dispose();
            if (_ptx.IsValueCreated) _ptx.Value.Dispose();
        }
    }
}
