using System.IO;

namespace AttnDsl.Golden.Printing;

/// <summary>One line on a terminal that overwrites itself; silent elsewhere.</summary>
internal sealed class Progress(TextWriter writer, bool isTerminal)
{
    private int _length;

    public static Progress None { get; } = new(TextWriter.Null, isTerminal: false);

    public void Show(int number, int count, string name, string form)
    {
        if (!isTerminal)
        {
            return;
        }

        var line = $"[{number}/{count}] {name} {form}";
        writer.Write('\r' + line.PadRight(_length));
        _length = line.Length;
    }

    public void Clear()
    {
        if (isTerminal && _length > 0)
        {
            writer.Write('\r' + new string(' ', _length) + '\r');
            _length = 0;
        }
    }
}
