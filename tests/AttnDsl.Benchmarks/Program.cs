using System;

namespace AttnDsl.Benchmarks;

internal static class Program
{
    private const string Usage =
        """
        usage: dotnet run -c Release --project tests/AttnDsl.Benchmarks -- COMMAND

          peak                             what this machine can do at most: FMA rate and memory bandwidth
          layers [--filter X] [--time N]   the declared layers: rows whose name contains X, N seconds a row (default 1)
          functions [--filter X] [--time N]  exp, log and their like: elements a nanosecond and errors, beside System.Numerics.Tensors
        """;

    private static int Main(string[] args)
    {
        switch (args)
        {
            case ["peak"]:
                Machine.PrintHeading();
                Peak.Print();
                Bandwidth.Print();
                return 0;
#if LAYERS
            case ["layers", .. var rest] when LayerOptions.TryParse(rest, out var options):
                Machine.PrintHeading();
                LayerRows.Print(options);
                return 0;
            case ["functions", .. var rest] when LayerOptions.TryParse(rest, out var options):
                Machine.PrintHeading();
                FunctionRows.Print(options);
                return 0;
#else
            case ["layers" or "functions", ..]:
                Console.Error.WriteLine("This build has no layers: build with -p:DeclaredLayers=true.");
                return 2;
#endif
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }
}
