using System.ComponentModel;

namespace AttnDsl.Runtime;

/// <summary>The memory that one call touches: up to thirty-two references, held in place while <see cref="Launch"/> runs. Unset ones stay null.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public ref struct Pins
{
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
}
