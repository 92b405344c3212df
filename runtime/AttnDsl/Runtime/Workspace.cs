using System;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AttnDsl.Runtime;

/// <summary>
/// Native memory of the calling thread, aligned to 64 bytes, grown on demand and kept until the thread dies. Its contents are
/// undefined, and renting a slot again ends what was rented before.
/// </summary>
/// <remarks>
/// Slot 0 is the scratch of the kernels, slots 1 to 7 are tables of one call, slot 8 is what a cancelled call puts back. While a thread runs the items of a launch it rents
/// from the next level, so a call made inside an item does not take the memory of the call around it.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class Workspace
{
    private const int SlotCount = 9;
    private const int Alignment = 64;

    [ThreadStatic]
    private static Blocks? t_blocks;

    /// <summary>At least <paramref name="floats"/> floats of slot <paramref name="slot"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref float Rent(int slot, long floats) => ref *(float*)RentAddress(slot, floats);

    /// <summary><see cref="Rent"/> as an address.</summary>
    public static nint RentAddress(int slot, long floats)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)SlotCount, nameof(slot));
        return (t_blocks ??= new Blocks()).Rent(slot, floats);
    }

    /// <summary>Begins a level of its own for whatever the calling thread now runs.</summary>
    internal static void EnterLevel() => (t_blocks ??= new Blocks()).Level++;

    /// <summary>Back to the level before <see cref="EnterLevel"/>.</summary>
    internal static void LeaveLevel() => t_blocks!.Level--;

    /// <summary>The memory of one thread; the finalizer frees it once the thread is gone.</summary>
    private sealed class Blocks
    {
        private nint[] _addresses = new nint[SlotCount];
        private long[] _capacities = new long[SlotCount];

        ~Blocks()
        {
            foreach (nint address in _addresses)
            {
                NativeMemory.AlignedFree((void*)address);
            }
        }

        public int Level { get; set; }

        public nint Rent(int slot, long floats)
        {
            int index = (Level * SlotCount) + slot;
            return index < _capacities.Length && (ulong)floats <= (ulong)_capacities[index] && _addresses[index] != 0
                ? _addresses[index]
                : Grow(index, floats);
        }

        private nint Grow(int index, long floats)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(floats);
            if (index >= _capacities.Length)
            {
                Array.Resize(ref _capacities, (Level + 1) * SlotCount);
                Array.Resize(ref _addresses, (Level + 1) * SlotCount);
            }

            // Doubling keeps sequences that grow by a token a call from allocating every time.
            long capacity = Math.Max(Math.Max(floats, 1024), Math.Min(2 * _capacities[index], 1 << 20));
            NativeMemory.AlignedFree((void*)_addresses[index]);
            _addresses[index] = 0;
            _capacities[index] = 0;
            _addresses[index] = (nint)NativeMemory.AlignedAlloc(checked((nuint)capacity * sizeof(float)), Alignment);
            _capacities[index] = capacity;
            return _addresses[index];
        }
    }
}
