using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Runtime.Loader;

namespace AttnDsl.Generator.Tests.Harness;

/// <summary>A compiled program in a load context of its own, which the collector takes back.</summary>
internal sealed class Loaded
{
    private readonly Context _context;
    private readonly Assembly _assembly;

    private Loaded(Context context, Assembly assembly) => (_context, _assembly) = (context, assembly);

    public static Loaded From(string name, ImmutableArray<byte> image, Loaded? beside)
    {
        var context = beside?._context ?? new Context();
        using var stream = new MemoryStream([.. image]);
        var assembly = context.LoadFromStream(stream);
        context.Known[name] = assembly;
        return new(context, assembly);
    }

    public Assembly Assembly => _assembly;

    /// <summary>Runs <c>Probe.Run</c>, which throws when something is wrong.</summary>
    public void Run()
    {
        var run = _assembly.GetType("AttnDslProbe.Entry", throwOnError: true)!.GetMethod("Run")!;
        try
        {
            run.Invoke(null, null);
        }
        catch (TargetInvocationException e)
        {
            ExceptionDispatchInfo.Capture(e.InnerException!).Throw();
        }
        finally
        {
            _context.Unload();
        }
    }

    private sealed class Context() : AssemblyLoadContext(isCollectible: true)
    {
        public Dictionary<string, Assembly> Known { get; } = new(StringComparer.Ordinal);

        protected override Assembly? Load(AssemblyName name) => Known.GetValueOrDefault(name.Name!);
    }
}
