using System;

namespace AttnDsl.Space;

internal static class Program
{
    private static int Main(string[] arguments) => SpaceTool.Run(arguments, Console.Out, Console.Error, !Console.IsErrorRedirected);
}
