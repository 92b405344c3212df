using System;
using System.Runtime.InteropServices;

namespace AttnDsl.Tests.Support;

/// <summary>Memory whose end is that of the last page one may touch; elsewhere than on Linux just memory.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;

    private readonly nint _mapping;
    private readonly nuint _mapped;

    public GuardedMemory(int bytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            _mapping = (nint)NativeMemory.Alloc((nuint)Math.Max(bytes, 1));
            Start = _mapping;
            return;
        }

        nuint page = (nuint)Environment.SystemPageSize;
        nuint usable = ((nuint)bytes + page - 1) / page * page;
        _mapped = usable + page;
        _mapping = Map(0, _mapped, ReadWrite, PrivateAnonymous, -1, 0);
        if (_mapping == -1 || Protect(_mapping + (nint)usable, page, 0) != 0)
        {
            throw new InvalidOperationException("No memory mapping");
        }

        Start = _mapping + (nint)usable - bytes;
    }

    public nint Start { get; }

    public void Dispose()
    {
        if (_mapped == 0)
        {
            NativeMemory.Free((void*)_mapping);
        }
        else
        {
            _ = Unmap(_mapping, _mapped);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
