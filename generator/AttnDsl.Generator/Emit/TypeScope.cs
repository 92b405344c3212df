using System;
using System.Collections.Generic;
using AttnDsl.Generator.Model;

namespace AttnDsl.Generator.Emit;

/// <summary>Opens the namespace, the containing types and the user's type, and closes them in order.</summary>
internal static class TypeScope
{
    public static IDisposable Open(SourceWriter w, TypeModel type, Action beforeHeader)
    {
        var open = new Stack<IDisposable>();
        if (type.Namespace.Length > 0) open.Push(w.Block($"namespace {type.Namespace}"));
        foreach (var header in type.Containing) open.Push(w.Block(header));
        beforeHeader();
        open.Push(w.Block(type.Header));
        return new Closer(open);
    }

    private sealed class Closer(Stack<IDisposable> open) : IDisposable
    {
        public void Dispose()
        {
            while (open.Count > 0) open.Pop().Dispose();
        }
    }
}
