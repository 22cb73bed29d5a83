import { expect } from 'chai';
import type { VitShape } from '../../../src/models/backbones/vit/shape.js';
import { type LoadedVit, vit } from '../../../src/models/backbones/vit/vit.js';
import { matchParameters } from '../../../src/models/weights/match-parameters.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { checkpointOf, hashedCheckpoint } from '../../support/golden-backbones.js';
import { hashedValues } from '../../support/hash-weights.js';

type Matrix = number[][];

const rotary: VitShape = {
  patch: 2,
  width: 16,
  depth: 2,
  heads: 2,
  hidden: 20,
  feedForward: 'gelu',
  registers: 2,
  positions: { kind: 'rotary', base: 100 },
  epsilon: 1e-5,
};
const gated: VitShape = { ...rotary, feedForward: 'swiglu', positions: { kind: 'learned', grid: 3 } };
const [ROWS, COLUMNS] = [2, 3];

/** The transformer token by token, in plain numbers. */
function reference(get: (name: string) => Float32Array | null, shape: VitShape, pixels: Float32Array): Matrix {
  const { width, heads, hidden, patch, registers } = shape;
  const row = (name: string, from = 0, length = width) => [...get(name)!.subarray(from, from + length)];
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, v, i) => sum + v * b[i], 0);
  const linear = (x: Matrix, weight: Float32Array, bias: Float32Array | null, to: number, first = 0): Matrix =>
    x.map((v) =>
      Array.from(
        { length: to },
        (_, o) =>
          dot(v, weight.subarray((first + o) * v.length, (first + o + 1) * v.length)) + (bias?.[first + o] ?? 0),
      ),
    );
  const norm = (x: Matrix, name: string): Matrix =>
    x.map((v) => {
      const mean = v.reduce((a, b) => a + b) / v.length;
      const spread = Math.sqrt(v.reduce((a, b) => a + (b - mean) ** 2, 0) / v.length + shape.epsilon);
      return v.map((e, i) => ((e - mean) / spread) * get(`${name}.weight`)![i] + get(`${name}.bias`)![i]);
    });
  const head = width / heads;

  const tokens: Matrix = [
    row('cls_token'),
    ...Array.from({ length: registers }, (_, r) => row(registers > 0 ? 'storage_tokens' : '', r * width)),
  ];
  for (let y = 0; y < ROWS; y++) {
    for (let x = 0; x < COLUMNS; x++) {
      tokens.push(
        Array.from({ length: width }, (_, o) => {
          let sum = get('patch_embed.proj.bias')![o];
          for (let c = 0; c < 3; c++)
            for (let i = 0; i < patch; i++)
              for (let j = 0; j < patch; j++)
                sum +=
                  get('patch_embed.proj.weight')![((o * 3 + c) * patch + i) * patch + j] *
                  pixels[((y * patch + i) * COLUMNS * patch + x * patch + j) * 3 + c];
          return sum;
        }),
      );
    }
  }
  const prefix = 1 + registers;
  const turned = (v: number[], token: number): number[] => {
    if (shape.positions.kind !== 'rotary' || token < prefix) return v;
    const [y, x] = [Math.floor((token - prefix) / COLUMNS), (token - prefix) % COLUMNS];
    const places = [((y + 0.5) / ROWS) * 2 - 1, ((x + 0.5) / COLUMNS) * 2 - 1];
    const quarter = head / 4;
    return v.map((value, i) => {
      const j = i % (head / 2);
      const angle = (2 * Math.PI * places[Math.floor(j / quarter)]) / 100 ** ((2 * (j % quarter)) / (head / 2));
      const other = i < head / 2 ? -v[i + head / 2] : v[i - head / 2];
      return value * Math.cos(angle) + other * Math.sin(angle);
    });
  };
  let x = tokens;
  for (let b = 0; b < shape.depth; b++) {
    const p = `blocks.${b}`;
    const seen = norm(x, `${p}.norm1`);
    const mask = get(`${p}.attn.qkv.bias_mask`);
    const bias = get(`${p}.attn.qkv.bias`)?.map((v, i) => v * (mask?.[i] ?? 1)) ?? null;
    const [q, k, v] = [0, 1, 2].map((i) => linear(seen, get(`${p}.attn.qkv.weight`)!, bias, width, i * width));
    const attended = x.map((_, t) =>
      Array.from({ length: heads }, (_, h) => {
        const part = (m: Matrix, u: number) => m[u].slice(h * head, (h + 1) * head);
        const scores = x.map((_, u) => Math.exp(dot(turned(part(q, t), t), turned(part(k, u), u)) / Math.sqrt(head)));
        const total = scores.reduce((a, c) => a + c);
        return Array.from({ length: head }, (_, i) =>
          scores.reduce((sum, s, u) => sum + (s / total) * part(v, u)[i], 0),
        );
      }).flat(),
    );
    const projected = linear(attended, get(`${p}.attn.proj.weight`)!, get(`${p}.attn.proj.bias`), width);
    x = x.map((t, i) => t.map((e, c) => e + get(`${p}.ls1.gamma`)![c] * projected[i][c]));
    const fed = norm(x, `${p}.norm2`);
    const swiglu = shape.feedForward === 'swiglu';
    const [into, out] = swiglu ? [`${p}.mlp.w12`, `${p}.mlp.w3`] : [`${p}.mlp.fc1`, `${p}.mlp.fc2`];
    const inside = linear(fed, get(`${into}.weight`)!, get(`${into}.bias`), swiglu ? 2 * hidden : hidden).map((t) =>
      swiglu
        ? t.slice(0, hidden).map((g, i) => (g / (1 + Math.exp(-g))) * t[hidden + i])
        : t.map((e) => e * normalCdf(e)),
    );
    const left = linear(inside, get(`${out}.weight`)!, get(`${out}.bias`), width);
    x = x.map((t, i) => t.map((e, c) => e + get(`${p}.ls2.gamma`)![c] * left[i][c]));
  }
  return norm(x, 'norm');
}

/** By the series of the error function, which has converged at these sizes. */
function normalCdf(x: number): number {
  const z = x / Math.SQRT2;
  let [term, sum] = [z, z];
  for (let n = 1; n < 60; n++) {
    term *= (-z * z) / n;
    sum += term / (2 * n + 1);
  }
  return 0.5 + sum / Math.sqrt(Math.PI);
}

/** Hashed values for every parameter; positions of zero, so that the reference needs none. */
function checkpoint(shape: VitShape) {
  const net = vit(shape, 'meta');
  const tensors = net.parameters.map(({ name, shape: sides }) => {
    if (name === 'pos_embed') return { name, shape: sides, rule: '0' };
    if (name === 'rope_embed.periods') return { name, shape: sides, rule: 'periods' };
    return { name, shape: sides, rule: name.includes('norm') || name.includes('gamma') ? '0.5+u' : '0.5*s' };
  });
  const values = (name: string, rule: string, sides: readonly number[]) => {
    if (rule === 'periods') return Float32Array.from({ length: sides[0] }, (_, i) => 100 ** ((2 * i) / (2 * sides[0])));
    if (!name.endsWith('bias_mask')) return hashedValues({ name, rule, shape: sides });
    const third = sides[0] / 3;
    return Float32Array.from({ length: sides[0] }, (_, i) => (i >= third && i < 2 * third ? 0 : 1));
  };
  return checkpointOf(
    tensors.map(({ name, rule, shape: s }) => ({ name, shape: s, values: () => values(name, rule, s) })),
  );
}

onEveryBackend('transformers equal a plain computation', () => {
  for (const [title, shape] of [
    ['with rotary positions, registers and a bias that is masked', rotary],
    ['with a gated feed-forward layer', gated],
  ] as const) {
    it(
      title,
      leavesNoTensors(async () => {
        const net = vit(shape, 'meta');
        const values = matchParameters(checkpoint(shape), net.parameters, net.dropped);
        const pixels = hashedValues({ name: 'pixels', shape: [ROWS * 2, COLUMNS * 2, 3], rule: '2*s' });
        const want = reference(
          (name) => (name === 'storage_tokens' && shape === gated ? values('register_tokens') : tryGet(values, name)),
          shape,
          pixels,
        );
        const loaded = net.load(values, ['norm']) as LoadedVit;
        const x = tf.tensor4d(pixels, [1, ROWS * 2, COLUMNS * 2, 3]) as Tensor4D;
        const tokens = loaded.tokens(x).get('norm')!;
        const got = (await tokens.array())[0];
        expect(got.length).to.equal(want.length);
        got.forEach((token, t) => token.forEach((value, c) => expect(value).to.be.closeTo(want[t][c], 2e-5)));
        tf.dispose([x, tokens]);
        loaded.dispose();
      }),
    );
  }

  it(
    'take biases of queries and values apart for a joint one that is zero for the keys',
    leavesNoTensors(async () => {
      const net = vit(rotary, 'timm');
      const width = rotary.width;
      const hashed = (name: string, shape: readonly number[]) => hashedValues({ name, shape, rule: '0.5*s' });
      const features = async (joint: boolean) => {
        const left = joint ? /[qv]_bias$/ : /qkv\.bias$/;
        const wanted = net.parameters.filter(({ name }) => !left.test(name));
        const tensors = wanted.map(({ name, shape }) => ({
          name,
          shape,
          values: () => {
            if (!name.endsWith('qkv.bias')) return hashed(name, shape);
            const apart = (letter: string) => hashed(name.replace('qkv.bias', `${letter}_bias`), [width]);
            return Float32Array.of(...apart('q'), ...new Float32Array(width), ...apart('v'));
          },
        }));
        const loaded = net.load(matchParameters(checkpointOf(tensors), net.parameters, net.dropped), ['blocks.1']);
        const x = tf.ones([1, 4, 6, 3]) as Tensor4D;
        const [found] = loaded.apply(x);
        const values = [...(await found.data())];
        tf.dispose([x, found]);
        loaded.dispose();
        return values;
      };
      expect(await features(false)).to.deep.equal(await features(true));
      const one = net.parameters.filter(({ name }) => !/qkv\.bias$|blocks\.1\.attn\.v_bias$/.test(name));
      expect(() => matchParameters(checkpointOf(one), net.parameters, net.dropped)).to.throw(
        '1 tensor is missing: "blocks.1.attn.v_bias"',
      );
    }),
  );

  it(
    'take the periods as given where the checkpoint has none, and leave out biases that it lacks',
    leavesNoTensors(async () => {
      const net = vit(rotary, 'timm');
      const bare = net.parameters.filter((parameter) => parameter.optional === undefined);
      expect(bare.length).to.be.below(net.parameters.length);
      const hashed = hashedCheckpoint(bare.map(({ name, shape }) => ({ name, shape, rule: '0.5*s' })));
      const loaded = net.load(matchParameters(hashed, net.parameters, net.dropped), ['blocks.1']);
      const x = tf.ones([1, 4, 6, 3]) as Tensor4D;
      const [features] = loaded.apply(x);
      expect(features.shape).to.deep.equal([1, 2, 3, 16]);
      tf.dispose([x, features]);
      loaded.dispose();
    }),
  );
});

/** The parameter, or null where the network has none of this name. */
function tryGet(values: (name: string) => Float32Array | null, name: string): Float32Array | null {
  try {
    return values(name);
  } catch {
    return null;
  }
}
