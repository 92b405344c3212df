using System;
using System.Runtime.CompilerServices;
using System.Threading;
using AttnDsl.Runtime;
using Xunit;

namespace AttnDsl.Tests.Runtime;

public sealed class WorkspaceTests
{
    [Fact]
    public void Rent_AnySlot_IsAlignedAndApart()
    {
        for (int slot = 0; slot < 8; slot++)
        {
            Assert.Equal(0, Workspace.RentAddress(slot, 1000) % 64);
            for (int other = 0; other < slot; other++)
            {
                Assert.True(Math.Abs(Workspace.RentAddress(slot, 1000) - Workspace.RentAddress(other, 1000)) >= 4000);
            }
        }
    }

    [Fact]
    public void Rent_SameSizeOrSmaller_KeepsMemory()
    {
        nint address = Workspace.RentAddress(1, 5000);
        Assert.Equal(address, Workspace.RentAddress(1, 5000));
        Assert.Equal(address, Workspace.RentAddress(1, 1));
    }

    [Fact]
    public void Rent_Larger_IsAllUsable()
    {
        for (long floats = 1; floats < 4_000_000; floats *= 7)
        {
            ref float memory = ref Workspace.Rent(2, floats);
            memory = 1;
            Unsafe.Add(ref memory, (nint)floats - 1) = 2;
        }
    }

    [Fact]
    public void Rent_OtherThread_HasItsOwn()
    {
        nint mine = Workspace.RentAddress(0, 100);
        nint theirs = 0;
        var thread = new Thread(() => theirs = Workspace.RentAddress(0, 100));
        thread.Start();
        thread.Join();
        Assert.NotEqual(mine, theirs);
    }

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(9, 10)]
    [InlineData(0, -1)]
    public void Rent_NonsenseArguments_AreRefused(int slot, long floats) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Workspace.RentAddress(slot, floats));
}
