using System.ComponentModel;
using System.Threading;

namespace AttnDsl.Runtime;

/// <summary>The memory that one call touches: up to sixty-four references, held in place while <see cref="Launch"/> runs. Unset ones stay null. And what ends the call early.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public ref struct Pins
{
    /// <summary>Asked between two items.</summary>
    public CancellationToken Cancellation;

    /// <summary>Address 0 of <see cref="IWork.Bind"/>.</summary>
    public ref float P0;

    /// <summary>Address 1 of <see cref="IWork.Bind"/>.</summary>
    public ref float P1;

    /// <summary>Address 2 of <see cref="IWork.Bind"/>.</summary>
    public ref float P2;

    /// <summary>Address 3 of <see cref="IWork.Bind"/>.</summary>
    public ref float P3;

    /// <summary>Address 4 of <see cref="IWork.Bind"/>.</summary>
    public ref float P4;

    /// <summary>Address 5 of <see cref="IWork.Bind"/>.</summary>
    public ref float P5;

    /// <summary>Address 6 of <see cref="IWork.Bind"/>.</summary>
    public ref float P6;

    /// <summary>Address 7 of <see cref="IWork.Bind"/>.</summary>
    public ref float P7;

    /// <summary>Address 8 of <see cref="IWork.Bind"/>.</summary>
    public ref float P8;

    /// <summary>Address 9 of <see cref="IWork.Bind"/>.</summary>
    public ref float P9;

    /// <summary>Address 10 of <see cref="IWork.Bind"/>.</summary>
    public ref float P10;

    /// <summary>Address 11 of <see cref="IWork.Bind"/>.</summary>
    public ref float P11;

    /// <summary>Address 12 of <see cref="IWork.Bind"/>.</summary>
    public ref float P12;

    /// <summary>Address 13 of <see cref="IWork.Bind"/>.</summary>
    public ref float P13;

    /// <summary>Address 14 of <see cref="IWork.Bind"/>.</summary>
    public ref float P14;

    /// <summary>Address 15 of <see cref="IWork.Bind"/>.</summary>
    public ref float P15;

    /// <summary>Address 16 of <see cref="IWork.Bind"/>.</summary>
    public ref float P16;

    /// <summary>Address 17 of <see cref="IWork.Bind"/>.</summary>
    public ref float P17;

    /// <summary>Address 18 of <see cref="IWork.Bind"/>.</summary>
    public ref float P18;

    /// <summary>Address 19 of <see cref="IWork.Bind"/>.</summary>
    public ref float P19;

    /// <summary>Address 20 of <see cref="IWork.Bind"/>.</summary>
    public ref float P20;

    /// <summary>Address 21 of <see cref="IWork.Bind"/>.</summary>
    public ref float P21;

    /// <summary>Address 22 of <see cref="IWork.Bind"/>.</summary>
    public ref float P22;

    /// <summary>Address 23 of <see cref="IWork.Bind"/>.</summary>
    public ref float P23;

    /// <summary>Address 24 of <see cref="IWork.Bind"/>.</summary>
    public ref float P24;

    /// <summary>Address 25 of <see cref="IWork.Bind"/>.</summary>
    public ref float P25;

    /// <summary>Address 26 of <see cref="IWork.Bind"/>.</summary>
    public ref float P26;

    /// <summary>Address 27 of <see cref="IWork.Bind"/>.</summary>
    public ref float P27;

    /// <summary>Address 28 of <see cref="IWork.Bind"/>.</summary>
    public ref float P28;

    /// <summary>Address 29 of <see cref="IWork.Bind"/>.</summary>
    public ref float P29;

    /// <summary>Address 30 of <see cref="IWork.Bind"/>.</summary>
    public ref float P30;

    /// <summary>Address 31 of <see cref="IWork.Bind"/>.</summary>
    public ref float P31;

    /// <summary>Address 32 of <see cref="IWork.Bind"/>.</summary>
    public ref float P32;

    /// <summary>Address 33 of <see cref="IWork.Bind"/>.</summary>
    public ref float P33;

    /// <summary>Address 34 of <see cref="IWork.Bind"/>.</summary>
    public ref float P34;

    /// <summary>Address 35 of <see cref="IWork.Bind"/>.</summary>
    public ref float P35;

    /// <summary>Address 36 of <see cref="IWork.Bind"/>.</summary>
    public ref float P36;

    /// <summary>Address 37 of <see cref="IWork.Bind"/>.</summary>
    public ref float P37;

    /// <summary>Address 38 of <see cref="IWork.Bind"/>.</summary>
    public ref float P38;

    /// <summary>Address 39 of <see cref="IWork.Bind"/>.</summary>
    public ref float P39;

    /// <summary>Address 40 of <see cref="IWork.Bind"/>.</summary>
    public ref float P40;

    /// <summary>Address 41 of <see cref="IWork.Bind"/>.</summary>
    public ref float P41;

    /// <summary>Address 42 of <see cref="IWork.Bind"/>.</summary>
    public ref float P42;

    /// <summary>Address 43 of <see cref="IWork.Bind"/>.</summary>
    public ref float P43;

    /// <summary>Address 44 of <see cref="IWork.Bind"/>.</summary>
    public ref float P44;

    /// <summary>Address 45 of <see cref="IWork.Bind"/>.</summary>
    public ref float P45;

    /// <summary>Address 46 of <see cref="IWork.Bind"/>.</summary>
    public ref float P46;

    /// <summary>Address 47 of <see cref="IWork.Bind"/>.</summary>
    public ref float P47;

    /// <summary>Address 48 of <see cref="IWork.Bind"/>.</summary>
    public ref float P48;

    /// <summary>Address 49 of <see cref="IWork.Bind"/>.</summary>
    public ref float P49;

    /// <summary>Address 50 of <see cref="IWork.Bind"/>.</summary>
    public ref float P50;

    /// <summary>Address 51 of <see cref="IWork.Bind"/>.</summary>
    public ref float P51;

    /// <summary>Address 52 of <see cref="IWork.Bind"/>.</summary>
    public ref float P52;

    /// <summary>Address 53 of <see cref="IWork.Bind"/>.</summary>
    public ref float P53;

    /// <summary>Address 54 of <see cref="IWork.Bind"/>.</summary>
    public ref float P54;

    /// <summary>Address 55 of <see cref="IWork.Bind"/>.</summary>
    public ref float P55;

    /// <summary>Address 56 of <see cref="IWork.Bind"/>.</summary>
    public ref float P56;

    /// <summary>Address 57 of <see cref="IWork.Bind"/>.</summary>
    public ref float P57;

    /// <summary>Address 58 of <see cref="IWork.Bind"/>.</summary>
    public ref float P58;

    /// <summary>Address 59 of <see cref="IWork.Bind"/>.</summary>
    public ref float P59;

    /// <summary>Address 60 of <see cref="IWork.Bind"/>.</summary>
    public ref float P60;

    /// <summary>Address 61 of <see cref="IWork.Bind"/>.</summary>
    public ref float P61;

    /// <summary>Address 62 of <see cref="IWork.Bind"/>.</summary>
    public ref float P62;

    /// <summary>Address 63 of <see cref="IWork.Bind"/>.</summary>
    public ref float P63;
}
