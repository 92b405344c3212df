using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Model;

namespace AttnDsl.Generator.Lowering;

/// <summary>A user's function at every element of a tile, with the numbers that the head learned for it.</summary>
internal static class UserFunction
{
    public static Tile Apply(FunctionDeclaration f, RegionBuilder b, string name, Tile x) => Apply(f, f.Body!, b, name, x);

    /// <param name="body">The function's body, with positions as the tile wants them.</param>
    public static Tile Apply(FunctionDeclaration f, Expr body, RegionBuilder b, string name, Tile x) => b.Map(name, body, x.Shape, [x, .. f.Learned.Select(l => b.Parameter(Functions.Tensor(l)))]);
}
