using System;
using System.Globalization;
#if PEERS
using AttnDsl.Benchmarks.Peers;
#endif

namespace AttnDsl.Benchmarks;

internal static class Program
{
    private const string Usage =
        """
        usage: dotnet run -c Release --project tests/AttnDsl.Benchmarks -- COMMAND

          peak                             what this machine can do at most: FMA rate and memory bandwidth
          layers [--filter X] [--time N] [--width D,…] [--tokens T] [--best]
                                           the declared layers: rows whose name contains X, N seconds a row (default 1), heads D wide (default 64;
                                           80, 96, 100 and 128 need a build with -p:AllWidths=true), T tokens (default 2048); of each its best form only
          vectors, first, memory           with the same options: 512 bits against 256; first calls against later ones; what training allocates
          model                            the sample's trained model: weights read a second, against the third cache
          functions [--filter X] [--time N]
                                           exp, log and their like: elements a nanosecond and errors, beside System.Numerics.Tensors
          threads                          what sharing a call between threads costs, by the work of the call
          gpu [X], gpu first               softmax attention on a card's tensor cores, rows whose name contains X, beside what the card can do at most; from
                                           the start of the process to the first result; needs a build with -p:Gpu=true
          peers [--filter X] [--time N] [--width D,…] [--processes P] [--lines FILE]
                                           ours and other libraries in turn, N seconds a row, in P processes one behind the other (default 1), beside
                                           those whose findings FILE holds; needs a build with -p:Peers=true
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
            case ["threads"]:
                Machine.PrintHeading();
                ThreadRows.Print();
                return 0;
            case ["functions", .. var rest] when LayerOptions.TryParse(rest, out var options):
                Machine.PrintHeading();
                FunctionRows.Print(options);
                return 0;
            case ["vectors", "--child", .. var rest] when LayerOptions.TryParse(rest, out var options):
                VectorWidths.RunChild(options);
                return 0;
            case ["vectors", .. var rest] when LayerOptions.TryParse(rest, out var options):
                Machine.PrintHeading();
                return VectorWidths.Print(options);
            case ["first", "--child", var name, var width, var time]:
                return FirstCalls.RunChild(name, int.Parse(width, CultureInfo.InvariantCulture), int.Parse(time, CultureInfo.InvariantCulture));
            case ["first", .. var rest] when LayerOptions.TryParse(rest, out var options):
                Machine.PrintHeading();
                return FirstCalls.Print(options);
            case ["memory", "--child", var name, var width, var time]:
                return TrainingMemory.RunChild(name, int.Parse(width, CultureInfo.InvariantCulture), int.Parse(time, CultureInfo.InvariantCulture));
            case ["memory", .. var rest] when LayerOptions.TryParse(rest, out var options):
                Machine.PrintHeading();
                return TrainingMemory.Print(options);
            case ["model"]:
                Machine.PrintHeading();
                TextModel.Print();
                return 0;
#else
            case ["layers" or "functions" or "threads" or "vectors" or "first" or "memory" or "model", ..]:
                Console.Error.WriteLine("This build has no layers: build with -p:DeclaredLayers=true.");
                return 2;
#endif
#if GPU
            case ["gpu", "first"]:
                return Gpu.GpuRows.PrintFirst();
            case ["gpu", .. var rest] when rest.Length <= 1:
                return Gpu.GpuRows.Print(rest.Length == 0 ? "" : rest[0]);
#else
            case ["gpu", ..]:
                Console.Error.WriteLine("This build has no GPU layers: build with -p:Gpu=true.");
                return 2;
#endif
#if PEERS
            case ["peers", .. var rest] when PeerOptions.TryParse(rest, out var options):
                if (options.IsChild)
                {
                    PeerMeasuring.Run(options);
                    return 0;
                }

                Machine.PrintHeading();
                return PeerTable.Print(options);
#else
            case ["peers", ..]:
                Console.Error.WriteLine("This build has no peers: build with -p:Peers=true.");
                return 2;
#endif
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }
}
