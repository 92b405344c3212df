using System;
using AttnDsl.Golden.Printing;

namespace AttnDsl.Golden;

internal static class Program
{
    private static int Main(string[] arguments)
        => GoldenTool.Run(arguments, Console.Out, Console.Error, new Progress(Console.Error, !Console.IsErrorRedirected));
}
