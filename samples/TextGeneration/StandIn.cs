using System;

// Naive bodies for the two declared layers, for building the sample while the generator is absent: -p:UseStandIn=true.
namespace TextGeneration;

public static partial class SlidingWindow
{
    public const int KeyDim = 64, ValueDim = 64, Heads = 3;
    private const int Size = 128, Row = Heads * KeyDim;

    public struct State
    {
        private readonly float[] _keys;
        private readonly float[] _values;
        private readonly long[] _position;

        public State(int batch)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(batch, 1);
            _keys = new float[Size * Row];
            _values = new float[Size * Row];
            _position = new long[1];
        }

        public readonly long Position => _position[0];

        public static int FloatCount(int batch) => batch * 2 * Size * Row;

        public readonly void Reset() => _position[0] = 0;

        public readonly void Step(ReadOnlySpan<float> q, ReadOnlySpan<float> k, ReadOnlySpan<float> v, int window, Span<float> output) =>
            Prefill(1, q, k, v, window, output);

        public readonly void Prefill(int time, ReadOnlySpan<float> q, ReadOnlySpan<float> k, ReadOnlySpan<float> v, int window, Span<float> output)
        {
            Span<float> turned = stackalloc float[Row];
            Span<float> scores = stackalloc float[Size];
            for (int t = 0; t < time; t++)
            {
                long now = _position[0]++;
                int slot = (int)(now % Size);
                Rotate(k.Slice(t * Row, Row), _keys.AsSpan(slot * Row, Row), now);
                v.Slice(t * Row, Row).CopyTo(_values.AsSpan(slot * Row));
                Rotate(q.Slice(t * Row, Row), turned, now);
                int seen = (int)Math.Min(now + 1, window);
                for (int h = 0; h < Heads; h++)
                {
                    float largest = float.NegativeInfinity, sum = 0;
                    for (int j = 0; j < seen; j++)
                    {
                        float dot = 0;
                        int from = ((int)((now - j) % Size) * Row) + (h * KeyDim);
                        for (int i = 0; i < KeyDim; i++)
                        {
                            dot += turned[(h * KeyDim) + i] * _keys[from + i];
                        }

                        scores[j] = dot / 8;
                        largest = MathF.Max(largest, scores[j]);
                    }

                    Span<float> o = output.Slice((t * Row) + (h * KeyDim), KeyDim);
                    o.Clear();
                    for (int j = 0; j < seen; j++)
                    {
                        float p = MathF.Exp(scores[j] - largest);
                        sum += p;
                        int from = ((int)((now - j) % Size) * Row) + (h * KeyDim);
                        for (int i = 0; i < KeyDim; i++)
                        {
                            o[i] += p * _values[from + i];
                        }
                    }

                    for (int i = 0; i < KeyDim; i++)
                    {
                        o[i] /= sum;
                    }
                }
            }
        }

        private static void Rotate(ReadOnlySpan<float> source, Span<float> target, long t)
        {
            for (int h = 0; h < Row; h += KeyDim)
            {
                for (int i = 0; i < KeyDim / 2; i++)
                {
                    (double sin, double cos) = Math.SinCos(t * Math.Pow(10000, -2.0 * i / KeyDim));
                    float a = source[h + i], b = source[h + i + (KeyDim / 2)];
                    target[h + i] = (float)((a * cos) - (b * sin));
                    target[h + i + (KeyDim / 2)] = (float)((a * sin) + (b * cos));
                }
            }
        }
    }
}

public static partial class MatrixLstm
{
    public const int KeyDim = 32, ValueDim = 64, Heads = 3;

    public struct State
    {
        private readonly float[] _s;
        private readonly float[] _n;
        private readonly float[] _m;

        public State(int batch)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(batch, 1);
            _s = new float[Heads * KeyDim * ValueDim];
            _n = new float[Heads * KeyDim];
            _m = new float[Heads];
        }

        public static int FloatCount(int batch) => batch * Heads * ((KeyDim * ValueDim) + KeyDim + 1);

        public readonly void Reset()
        {
            Array.Clear(_s);
            Array.Clear(_n);
            Array.Clear(_m);
        }

        public readonly void Step(ReadOnlySpan<float> q, ReadOnlySpan<float> k, ReadOnlySpan<float> v, ReadOnlySpan<float> g, ReadOnlySpan<float> i, Span<float> output) =>
            Prefill(1, q, k, v, g, i, output);

        public readonly void Prefill(int time, ReadOnlySpan<float> q, ReadOnlySpan<float> k, ReadOnlySpan<float> v, ReadOnlySpan<float> g, ReadOnlySpan<float> i, Span<float> output)
        {
            for (int t = 0; t < time; t++)
            {
                for (int h = 0; h < Heads; h++)
                {
                    float z = g[(t * Heads) + h], input = i[(t * Heads) + h];
                    float decay = (MathF.Min(z, 0) - MathF.Log(1 + MathF.Exp(-MathF.Abs(z)))) + _m[h];
                    float m = MathF.Max(decay, input);
                    float keep = MathF.Exp(decay - m), write = MathF.Exp(input - m), den = 0;
                    _m[h] = m;
                    Span<float> o = output.Slice(((t * Heads) + h) * ValueDim, ValueDim);
                    o.Clear();
                    for (int x = 0; x < KeyDim; x++)
                    {
                        float key = k[(((t * Heads) + h) * KeyDim) + x], query = q[(((t * Heads) + h) * KeyDim) + x] / MathF.Sqrt(KeyDim);
                        ref float n = ref _n[(h * KeyDim) + x];
                        n = (keep * n) + (write * key);
                        den += query * n;
                        for (int y = 0; y < ValueDim; y++)
                        {
                            ref float s = ref _s[(((h * KeyDim) + x) * ValueDim) + y];
                            s = (keep * s) + (write * key * v[(((t * Heads) + h) * ValueDim) + y]);
                            o[y] += query * s;
                        }
                    }

                    for (int y = 0; y < ValueDim; y++)
                    {
                        o[y] /= MathF.Max(MathF.Abs(den), MathF.Exp(-m)) + 1e-6f;
                    }
                }
            }
        }
    }
}
