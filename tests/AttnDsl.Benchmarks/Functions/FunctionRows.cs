using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Threading;
using AttnDsl.Simd;

namespace AttnDsl.Benchmarks;

/// <summary>
/// The elementary functions, elements a nanosecond of one thread on numbers in L1, beside System.Numerics.Tensors, and the largest
/// error of both over floats that lie evenly over all magnitudes of the domain.
/// </summary>
internal static class FunctionRows
{
    private const int Length = 2048;

    // Prime, so that all patterns of low bits occur.
    private const int Stride = 4093;

    // Methods that are compiled in tiers get their best code in the background, some calls and some time later.
    private const int WarmUps = 12, WarmUpPauseMilliseconds = 60;

    private delegate void Peer(ReadOnlySpan<float> x, Span<float> y);

    public static void Print(LayerOptions options)
    {
        var table = new Table("function", "bits", "elements/ns", "TensorPrimitives", "ratio", "max ulp", "TensorPrimitives", "timed over", "errors over");
        if (Vector512.IsHardwareAccelerated)
        {
            Add<Simd512>(table, options);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            Add<Simd256>(table, options);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            Add<Simd128>(table, options);
        }

        table.Print();
        Console.WriteLine("TensorPrimitives takes the widest vectors of the machine in every row; it has no softplus");
    }

    private static void Add<TVec>(Table table, LayerOptions options)
        where TVec : struct, ISimd<TVec>
    {
        const float most = float.MaxValue;
        Row<Exp<TVec>>("exp", TensorPrimitives.Exp, Math.Exp, (-10, 0), (-87.3f, 88.7f));
        Row<Expm1<TVec>>("expm1", TensorPrimitives.ExpM1, Expm1, (-10, 0), (-87.3f, 88.7f));
        Row<Log<TVec>>("log", TensorPrimitives.Log, Math.Log, (0.01f, 10), (1.2e-38f, most));
        Row<Log1p<TVec>>("log1p", TensorPrimitives.LogP1, Log1p, (0, 10), (-0.9999999f, most));
        Row<Tanh<TVec>>("tanh", TensorPrimitives.Tanh, Math.Tanh, (-3, 3), (-most, most));
        Row<Sigmoid<TVec>>("sigmoid", TensorPrimitives.Sigmoid, x => 1 / (1 + Math.Exp(-x)), (-5, 5), (-87.3f, most));
        Row<Softplus<TVec>>("softplus", null, x => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x))), (-5, 5), (-87.3f, most));
        Row<Sin<TVec>>("sin", TensorPrimitives.Sin, Math.Sin, (-100, 100), (-65536, 65536));
        Row<Cos<TVec>>("cos", TensorPrimitives.Cos, Math.Cos, (-100, 100), (-65536, 65536));

        void Row<TFunction>(string name, Peer? peer, Func<double, double> exact, (float From, float To) timed, (float From, float To) domain)
            where TFunction : struct, IFunction<TVec>
        {
            if (!name.Contains(options.Filter, StringComparison.OrdinalIgnoreCase))
            {
                return;
            }

            Table.Progress($"{name}, {32 * TVec.Count} bits");
            var (ours, theirs) = Rates<TVec, TFunction>(peer, timed, options.Seconds);
            table.Add(name, $"{32 * TVec.Count}", Table.Number(ours), peer is null ? "" : Table.Number(theirs), peer is null ? "" : Table.Number(ours / theirs),
                Table.Number(MaxUlp(Apply<TVec, TFunction>, exact, domain)), peer is null ? "" : Table.Number(MaxUlp(peer, exact, domain)),
                FormattableString.Invariant($"{timed.From} … {timed.To}"), FormattableString.Invariant($"{domain.From:G4} … {domain.To:G4}"));
        }
    }

    /// <summary>Medians of timings that alternate.</summary>
    private static (double Ours, double Theirs) Rates<TVec, TFunction>(Peer? peer, (float From, float To) range, double budget)
        where TVec : struct, ISimd<TVec>
        where TFunction : struct, IFunction<TVec>
    {
        var random = new Random(5);
        var x = Enumerable.Range(0, Length).Select(_ => range.From + ((range.To - range.From) * random.NextSingle())).ToArray();
        var y = new float[Length];
        Work ours = (_, rounds) =>
        {
            for (long r = 0; r < rounds; r++)
            {
                Apply<TVec, TFunction>(x, y);
            }
        };
        Work theirs = (_, rounds) =>
        {
            for (long r = 0; r < rounds; r++)
            {
                peer!(x, y);
            }
        };
        var works = peer is null ? [ours] : new[] { ours, theirs };

        Array.ForEach(works, WarmUp);
        var rounds = works.Select(w => Stopwatching.RoundsFor(0.005, w)).ToArray();
        var rates = works.Select(_ => new List<double>()).ToArray();
        for (var spent = 0.0; spent < budget || rates[0].Count < 5;)
        {
            for (var i = 0; i < works.Length; i++)
            {
                var seconds = Stopwatching.Seconds(1, rounds[i], works[i]);
                rates[i].Add(rounds[i] * (double)Length / seconds / 1e9);
                spent += seconds;
            }
        }

        return (Stopwatching.Median(rates[0]), peer is null ? 0 : Stopwatching.Median(rates[1]));
    }

    private static void WarmUp(Work work)
    {
        for (var i = 0; i < WarmUps; i++)
        {
            for (var call = 0; call < 50; call++)
            {
                work(0, 4);
            }

            Thread.Sleep(WarmUpPauseMilliseconds);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Apply<TVec, TFunction>(ReadOnlySpan<float> x, Span<float> y)
        where TVec : struct, ISimd<TVec>
        where TFunction : struct, IFunction<TVec>
    {
        ref readonly float from = ref x[0];
        ref float to = ref y[0];
        for (var i = 0; i < x.Length; i += TVec.Count)
        {
            TVec.Store(TFunction.Of(TVec.Load(in from, i)), ref to, i);
        }
    }

    private static double MaxUlp(Peer function, Func<double, double> exact, (float From, float To) domain)
    {
        var x = new float[Length];
        var y = new float[Length];
        double worst = 0;
        var last = Ordinal(domain.To);
        for (var ordinal = Ordinal(domain.From); ordinal <= last; ordinal += (long)Stride * Length)
        {
            for (var i = 0; i < Length; i++)
            {
                x[i] = FromOrdinal(Math.Min(last, ordinal + ((long)Stride * i)));
            }

            function(x, y);
            for (var i = 0; i < Length; i++)
            {
                worst = Math.Max(worst, Ulps(y[i], exact(x[i])));
            }
        }

        return worst;
    }

    /// <summary>Distance from the true value in units of its last place; of the smallest normal number's below it.</summary>
    private static double Ulps(float actual, double expected)
    {
        if (float.IsInfinity((float)expected))
        {
            return actual == (float)expected ? 0 : double.PositiveInfinity;
        }

        var exponent = expected == 0 ? -126 : Math.Max(-126, Math.ILogB(expected));
        return Math.Abs(actual - expected) / Math.ScaleB(1, exponent - 23);
    }

    /// <summary>Floats numbered in their order.</summary>
    private static long Ordinal(float x)
    {
        var bits = BitConverter.SingleToInt32Bits(x);
        return bits < 0 ? -(long)(bits & int.MaxValue) : bits;
    }

    private static float FromOrdinal(long ordinal) =>
        ordinal < 0 ? -BitConverter.Int32BitsToSingle((int)-ordinal) : BitConverter.Int32BitsToSingle((int)ordinal);

    private static double Expm1(double x) => Math.Abs(x) < 1e-5 ? x + (x * x / 2) + (x * x * x / 6) : Math.Exp(x) - 1;

    // Kahan: what rounding 1 + x does to the logarithm it does to the quotient.
    private static double Log1p(double x) => 1 + x == 1 ? x : Math.Log(1 + x) * (x / (1 + x - 1));
}
