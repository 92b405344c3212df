using System.ComponentModel;

namespace AttnDsl.Runtime;

/// <summary>The memory that one call touches: up to sixteen references, held in place while <see cref="Launch"/> runs. Unset ones stay null.</summary>
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
}
