using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace AttnDsl.Space.Running;

/// <summary>
/// Has a space tried by processes, so that a layer that takes its process down is found out: what it left behind is tried one by one.
/// </summary>
/// <param name="space">What is tried.</param>
/// <param name="arguments">The arguments that make a process a <see cref="Worker"/> on the same space.</param>
/// <param name="workers">Processes at a time.</param>
/// <param name="deadline">No unit is begun after it.</param>
internal sealed class Foreman(ISpace space, IReadOnlyList<string> arguments, int workers, DateTime deadline)
{
    /// <summary>Bytes beyond which a process is not given more to do, but replaced: half of what there is for all of them. A new one takes a while to begin.</summary>
    private readonly long _mostMemory = Math.Max(1_500_000_000, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2 / workers);

    /// <summary>Nothing takes that long between two findings.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly ConcurrentQueue<Unit> _open = [];
    private readonly object _reporting = new();

    public void Run(IEnumerable<int> indices, Action<Finding, double> report)
    {
        foreach (var unit in space.UnitsOf(indices)) _open.Enqueue(unit);
        Task.WaitAll([.. Enumerable.Range(0, workers).Select(_ => Task.Factory.StartNew(() => Work(report), TaskCreationOptions.LongRunning))]);
    }

    private void Work(Action<Finding, double> report)
    {
        while (DateTime.UtcNow < deadline && !_open.IsEmpty)
        {
            using var process = new Hand(arguments);
            while (DateTime.UtcNow < deadline && process.Memory < _mostMemory && _open.TryDequeue(out var unit))
            {
                var left = unit.Indices.ToHashSet();
                var reason = process.Try(unit.Indices, s_patience, finding =>
                {
                    left.Remove(finding.Index);
                    lock (_reporting) report(finding, unit.Weight);
                });
                if (reason is null) continue;
                if (left.Count == 1 && unit.Indices.Count == 1)
                    lock (_reporting) report(new(left.Single(), space.CommandOf(left.Single()), Verdict.Third, [], reason, 0, []), unit.Weight);
                else
                    foreach (var index in left) _open.Enqueue(new([index], unit.Weight));
                break;
            }
        }
    }

    /// <summary>A process and what is said to it and by it.</summary>
    private sealed class Hand : IDisposable
    {
        private const int LastLines = 30;

        private readonly Process _process;
        private readonly Queue<string> _errors = new();

        public Hand(IReadOnlyList<string> arguments)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            // Of `dotnet AttnDsl.Space.dll` the path is dotnet's.
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(Hand).Assembly.Location);
            foreach (var argument in arguments) start.ArgumentList.Add(argument);

            // As many processes as processors make use of them all; and where there is one, threads wait for each other without spinning.
            start.Environment["DOTNET_PROCESSOR_COUNT"] = "1";
            _process = Process.Start(start)!;
            _process.ErrorDataReceived += (_, line) =>
            {
                lock (_errors)
                {
                    _errors.Enqueue(line.Data ?? "");
                    if (_errors.Count > LastLines) _errors.Dequeue();
                }
            };
            _process.BeginErrorReadLine();
        }

        public long Memory
        {
            get
            {
                _process.Refresh();
                return _process.HasExited ? 0 : _process.WorkingSet64;
            }
        }

        /// <returns>Why not all of them were tried.</returns>
        public string? Try(IReadOnlyList<int> indices, TimeSpan patience, Action<Finding> report)
        {
            try
            {
                _process.StandardInput.WriteLine(string.Join(' ', indices));
            }
            catch (IOException)
            {
                return Ended();
            }

            while (true)
            {
                var line = _process.StandardOutput.ReadLineAsync();
                if (!line.Wait(patience)) return $"no answer in {patience.TotalMinutes} minutes";
                if (line.Result is null) return Ended();
                if (line.Result == Worker.Done) return null;
                if (ReportFile.OfLine(line.Result) is { } finding) report(finding);
            }
        }

        public void Dispose()
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            _process.Dispose();
        }

        private string Ended()
        {
            _process.WaitForExit();
            lock (_errors) return $"its process ended with code {_process.ExitCode}\n{string.Join('\n', _errors)}";
        }
    }
}
