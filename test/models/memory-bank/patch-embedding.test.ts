import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { ConfigError } from '../../../src/errors.js';
import type { FeatureExtractor } from '../../../src/models/backbones/extractor.js';
import { PatchEmbedding } from '../../../src/models/memory-bank/patch-embedding.js';
import { PatchcoreParams } from '../../../src/models/memory-bank/patchcore-params.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onSynchronousBackends } from '../../support/backends.js';

type Grid = number[][][];

/** Means of 2 x 2 and of 4 x 4 pixels; the coarser tap has two channels. */
const toy = (context = 0): FeatureExtractor => ({
  taps: [
    { name: 'fine', stride: 2, channels: 3 },
    { name: 'coarse', stride: 4, channels: 2 },
  ],
  multiple: 4,
  context,
  extract: (x) => [tf.avgPool(x, 2, 2, 'valid'), tf.avgPool(x, 4, 4, 'valid').slice([0, 0, 0, 0], [-1, -1, -1, 2])],
  dispose: () => {},
});

function blocks(x: Grid, side: number, channels: number): Grid {
  return Array.from({ length: x.length / side }, (_, i) =>
    Array.from({ length: x[0].length / side }, (_, j) =>
      Array.from({ length: channels }, (_, c) => {
        let sum = 0;
        for (let a = 0; a < side; a++) for (let b = 0; b < side; b++) sum += x[i * side + a][j * side + b][c];
        return sum / side ** 2;
      }),
    ),
  );
}

/** torch's unfold(3, padding=1): channel by channel, the 9 neighbours row by row. */
function unfolded(x: Grid): Grid {
  return x.map((row, i) =>
    row.map((cell, j) =>
      cell.flatMap((_, c) => [-1, 0, 1].flatMap((a) => [-1, 0, 1].map((b) => x[i + a]?.[j + b]?.[c] ?? 0))),
    ),
  );
}

function pooled(values: number[], to: number): number[] {
  return Array.from({ length: to }, (_, o) => {
    const bin = values.slice(Math.floor((o * values.length) / to), Math.ceil(((o + 1) * values.length) / to));
    return bin.reduce((s, v) => s + v, 0) / bin.length;
  });
}

/** Bilinear to twice the size with half-pixel centres. */
function doubled(x: Grid): Grid {
  const at = (v: number, n: number) => {
    const position = Math.min(Math.max((v + 0.5) / 2 - 0.5, 0), n - 1);
    const low = Math.floor(position);
    return { low, high: Math.min(low + 1, n - 1), share: position - low };
  };
  return Array.from({ length: 2 * x.length }, (_, i) =>
    Array.from({ length: 2 * x[0].length }, (_, j) => {
      const [y, z] = [at(i, x.length), at(j, x[0].length)];
      return x[0][0].map((_, c) => {
        const along = (r: number) => x[r][z.low][c] * (1 - z.share) + x[r][z.high][c] * z.share;
        return along(y.low) * (1 - y.share) + along(y.high) * y.share;
      });
    }),
  );
}

function picture(height: number, width: number): Grid {
  const random = new Random(6);
  return Array.from({ length: height }, () =>
    Array.from({ length: width }, () => [0, 1, 2].map(() => random.uniform(0, 255))),
  );
}

async function embed(params: object, x: Grid, extractor = toy()): Promise<Grid> {
  const embedding = new PatchEmbedding(extractor, decode(PatchcoreParams, params, 'params'), 1);
  const pixels = tf.tensor4d([x]);
  const features = embedding.embed(pixels);
  const values = (await features.array())[0];
  expect(values[0][0].length).to.equal(embedding.width);
  tf.dispose([pixels, features]);
  embedding.dispose();
  return values;
}

function closeTo(got: Grid, wanted: Grid): void {
  expect([got.length, got[0].length, got[0][0].length]).to.deep.equal([
    wanted.length,
    wanted[0].length,
    wanted[0][0].length,
  ]);
  const flat = wanted.flat(2);
  got.flat(2).forEach((v, i) => expect(v).to.be.closeTo(flat[i], 1e-3));
}

onSynchronousBackends('PatchEmbedding', () => {
  const x = picture(12, 16);
  const layers = [blocks(x, 2, 3), blocks(x, 4, 2)];
  const joined = (fine: Grid, coarse: Grid) => fine.map((row, i) => row.map((cell, j) => [...cell, ...coarse[i][j]]));

  it(
    'averages neighbourhoods with zeros around, and brings the coarse layer to the fine grid',
    leavesNoTensors(async () => {
      const means = layers.map((grid) => unfolded(grid).map((row) => row.map((cell) => pooled(cell, cell.length / 9))));
      closeTo(await embed({}, x), joined(means[0], doubled(means[1])));
    }),
  );

  it(
    'pools neighbourhoods and layers as the paper does',
    leavesNoTensors(async () => {
      const each = layers.map((grid) => unfolded(grid).map((row) => row.map((cell) => pooled(cell, 5))));
      const wanted = joined(each[0], doubled(each[1])).map((row) => row.map((cell) => pooled(cell, 4)));
      closeTo(await embed({ layer_dim: 5, feature_dim: 4 }, x), wanted);
    }),
  );

  it(
    'mirrors the picture outwards, and gives the features of the picture alone',
    leavesNoTensors(async () => {
      const seen: number[][] = [];
      const spying = { ...toy(8), extract: (p: Tensor4D) => (seen.push(p.shape), toy().extract(p)) };
      const mirrored = await embed({ patch_size: 1 }, x, spying);
      expect(seen).to.deep.equal([[1, 28, 32, 3]]);
      closeTo(mirrored, await embed({ patch_size: 1, context: 0 }, x, spying));
    }),
  );

  it(
    'mirrors again where the picture is smaller than the frame',
    leavesNoTensors(async () => {
      const seen: Grid[] = [];
      const spying = { ...toy(), extract: (p: Tensor4D) => (seen.push(p.arraySync()[0]), toy().extract(p)) };
      const small = picture(4, 8);
      const got = await embed({ patch_size: 1, context: 12 }, small, spying);
      const fold = (i: number, n: number) => {
        const at = ((i % (2 * n)) + 2 * n) % (2 * n);
        return at < n ? at : 2 * n - 1 - at;
      };
      const wanted = Array.from({ length: 28 }, (_, y) =>
        Array.from({ length: 32 }, (_, z) => small[fold(y - 12, 4)][fold(z - 12, 8)]),
      );
      closeTo(seen[0], wanted);
      closeTo(got, await embed({ patch_size: 1, context: 0 }, small));
    }),
  );

  it('refuses a context that does not fit the backbone', () => {
    const params = decode(PatchcoreParams, { context: 6 }, 'params');
    expect(() => new PatchEmbedding(toy(), params, 1)).to.throw(ConfigError, 'multiple of 4');
  });
});
