using System;
using System.Text;
using System.Threading.Tasks;
using Xunit;

namespace AttnDsl.Samples.Tests;

public sealed class QuickStartTests
{
    [Fact]
    public async Task QuickStart_Run_ExplainsItselfAndAgrees()
    {
        (int code, byte[] output, string error) = await Launcher.Run("QuickStart");
        string text = Encoding.UTF8.GetString(output);

        Assert.True(code == 0, error);
        Assert.StartsWith(Gla.Explanation, text, StringComparison.Ordinal);
        Assert.Contains("All equal: True", text, StringComparison.Ordinal);
    }
}
