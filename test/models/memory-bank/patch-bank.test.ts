import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { ConfigError, DataError } from '../../../src/errors.js';
import type { FeatureExtractor } from '../../../src/models/backbones/extractor.js';
import type { Batch, FitSource } from '../../../src/models/detector.js';
import { Patchcore } from '../../../src/models/memory-bank/patchcore.js';
import { PatchcoreParams } from '../../../src/models/memory-bank/patchcore-params.js';
import { loadTensors } from '../../../src/models/tensor-file.js';
import { silent } from '../../../src/runtime/progress.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';

/** Patches of 4 x 4 pixels; their features are the means of the three channels times a gain. */
const blocks = (gain = 1): FeatureExtractor => ({
  taps: [{ name: 'mean', stride: 4, channels: 3 }],
  multiple: 4,
  context: 0,
  extract: (x) => [tf.tidy(() => tf.avgPool(x, 4, 4, 'valid').mul(gain) as Tensor4D)],
  dispose: () => {},
});

const size = { height: 16, width: 24 };

/** The 24 patch colours of a picture, three values each. */
function colours(seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: 24 }, () => [0, 1, 2].map(() => Math.fround(random.uniform(0, 255))));
}

function picture(seed: number): Float32Array {
  const of = colours(seed);
  return Float32Array.from({ length: size.height * size.width * 3 }, (_, i) => {
    const [y, x] = [Math.floor(i / 3 / size.width), Math.floor(i / 3) % size.width];
    return of[Math.floor(y / 4) * 6 + Math.floor(x / 4)][i % 3];
  });
}

function batchOf(seeds: readonly number[]): Batch {
  const pixels = tf.tidy(
    () => tf.stack(seeds.map((s) => tf.tensor3d(picture(s), [size.height, size.width, 3]))) as Tensor4D,
  );
  return { pixels, sources: seeds.map(String), sizes: seeds.map(() => size) };
}

function source(count: number, batchSize = 3): FitSource {
  return {
    count,
    async *batches() {
      for (let i = 0; i < count; i += batchSize) {
        yield batchOf(Array.from({ length: Math.min(batchSize, count - i) }, (_, j) => i + j));
      }
    },
  };
}

const params = (keys: object) =>
  decode(PatchcoreParams, { resize: { mode: 'stretch', size }, patch_size: 1, coreset_dim: null, ...keys }, 'params');
const make = (keys: object = {}, gain = 1) => new Patchcore(params(keys), blocks(gain));

async function fitted(keys: object, count: number, { batchSize = 3, gain = 1, seed = 1 } = {}) {
  const lines: string[] = [];
  const steps: { name: string; total?: number; updates: number[] }[] = [];
  const progress = {
    ...silent,
    info: (line: string) => lines.push(line),
    warn: (line: string) => lines.push(`warning: ${line}`),
    start: (name: string, total?: number) => steps.push({ name, total, updates: [] }),
    update: (done: number) => steps.at(-1)!.updates.push(done),
  };
  const detector = make(keys, gain);
  await detector.fit(source(count, batchSize), { seed, progress });
  return { detector, lines, steps };
}

async function bankOf(detector: Patchcore): Promise<number[][]> {
  const dir = mkdtempSync(join(tmpdir(), 'bank-'));
  try {
    await detector.save(dir);
    const { data, shape } = (await loadTensors(join(dir, 'bank.safetensors'))).bank;
    return Array.from({ length: shape[0] }, (_, i) => [...data.subarray(i * shape[1], (i + 1) * shape[1])]);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function bytesOf(detector: Patchcore, seeds: readonly number[]): Promise<string> {
  const batch = batchOf(seeds);
  const { scores, maps } = await detector.score(batch);
  const values = [await scores.data(), await maps!.data()];
  tf.dispose([batch.pixels, scores, maps!]);
  return values.map((v) => Buffer.from(v.buffer, v.byteOffset, v.byteLength).toString('hex')).join();
}

const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((v, i) => v - b[i]));
const radius = (points: readonly number[][], centers: readonly number[][]) =>
  points.reduce((worst, p) => Math.max(worst, Math.min(...centers.map((c) => distance(p, c)))), 0);

onEveryBackend('the bank of vision_patchcore', () => {
  it(
    'has as many rows as it is told',
    leavesNoTensors(async () => {
      for (const [keys, rows] of [
        [{ bank_size: 17 }, 17],
        [{ coreset_ratio: 0.5 }, 48],
        [{ coreset_ratio: 0.5, max_bank: 20 }, 20],
        [{ bank_size: 17, max_bank: 40, sampling: 'random' }, 17],
        [{ profile: 'anomalib', bank_size: 30, map_sigma: 0, resize: { mode: 'stretch', size } }, 30],
      ] as const) {
        const { detector } = await fitted(keys, 4);
        expect((await bankOf(detector)).length, JSON.stringify(keys)).to.equal(rows);
        detector.dispose();
      }
      const { detector, lines } = await fitted({ bank_size: 500 }, 4);
      expect((await bankOf(detector)).length).to.equal(96);
      expect(lines.join('\n')).to.contain('warning: the bank has 96 rows, not bank_size 500');
      detector.dispose();
    }),
  );

  it(
    'says what it takes before the fit, and shows how far the selection is',
    leavesNoTensors(async () => {
      const { detector, lines, steps } = await fitted({ bank_size: 40 }, 6);
      expect(lines[0]).to.match(
        /^about 144 patches of 3 values, held in 1 MB; a bank of 40 rows \(1 MB on disk, 1 MB in use\), .*peak about 1 MB.*features take about \d+ s$/,
      );
      expect(steps.map(({ name, total }) => [name, total])).to.deep.equal([
        ['features of the training pictures', 6],
        ['selection of the memory bank', 40],
      ]);
      expect(steps[0].updates).to.deep.equal([3, 6]);
      expect(steps[1].updates.at(-1)).to.equal(40);
      expect(steps[1].updates.length).to.be.greaterThan(1);
      detector.dispose();
    }),
  );

  it(
    'refuses what exceeds the budget, with the numbers and the remedy, and leaves nothing behind',
    leavesNoTensors(async () => {
      const error = await fitted({ memory_mb: 0.5 }, 6).catch((e: unknown) => e as Error);
      expect(error).to.be.instanceOf(ConfigError);
      expect((error as Error).message).to.match(
        /^vision_patchcore: about 144 patches of 3 values and a bank of 14 rows need about 1 MB, more than memory_mb 0.5 allows; lower /,
      );
    }),
  );

  it(
    'scores alike before and after saving as float16, byte for byte, and nearly as float32',
    leavesNoTensors(async () => {
      const dir = mkdtempSync(join(tmpdir(), 'half-'));
      try {
        const whole = await fitted({ bank_size: 60 }, 6);
        const half = await fitted({ bank_size: 60, bank_dtype: 'float16' }, 6);
        await half.detector.save(dir);
        expect(readFileSync(join(dir, 'bank.safetensors'), 'latin1')).to.contain('"dtype":"F16"');
        expect(statSync(join(dir, 'bank.safetensors')).size).to.be.below(60 * 3 * 2 + 300);
        const loaded = make({ bank_size: 60, bank_dtype: 'float16' });
        await loaded.load(dir);
        const seeds = [50, 51, 2];
        expect(await bytesOf(loaded, seeds)).to.equal(await bytesOf(half.detector, seeds));
        const batch = batchOf(seeds);
        const [a, b] = [await whole.detector.score(batch), await half.detector.score(batch)];
        const [exact, near] = [await a.maps!.data(), await b.maps!.data()];
        const most = Math.max(...exact);
        exact.forEach((value, i) => expect(near[i]).to.be.closeTo(value, 4e-3 * most));
        tf.dispose([batch.pixels, a.scores, a.maps!, b.scores, b.maps!]);
        [whole.detector, half.detector, loaded].forEach((detector) => detector.dispose());
      } finally {
        rmSync(dir, { recursive: true });
      }
    }),
  );

  it(
    'says that features are too large for float16',
    leavesNoTensors(async () => {
      const error = await fitted({ bank_dtype: 'float16' }, 2, { gain: 1000 }).catch((e: unknown) => e as Error);
      expect(String(error)).to.match(/holds values up to 65504, but the features reach 2\d{5}/);
    }),
  );

  it(
    'goes through all patches in partitions, alike for any batches, within the bound',
    leavesNoTensors(async () => {
      // 24 patches a picture; 200 rows of 12 bytes fit, so that a partition is 5 pictures.
      const keys = { bank_size: 12, over_pool: 'partitions', pool_mb: (200 * 12) / 2 ** 20 };
      const count = 40;
      const { detector, lines } = await fitted(keys, count);
      expect(lines[0]).to.contain('about 960 patches').and.contain('in partitions of');
      const bank = await bankOf(detector);
      const again = await fitted(keys, count, { batchSize: 7 });
      expect(await bankOf(again.detector)).to.deep.equal(bank);
      const other = await fitted(keys, count, { seed: 2 });
      expect(await bankOf(other.detector)).to.not.deep.equal(bank);

      const points = Array.from({ length: count }, (_, i) => colours(i)).flat();
      const known = new Set(points.map((p) => p.map((v) => v.toFixed(2)).join()));
      bank.forEach((row) => expect(known.has(row.map((v) => v.toFixed(2)).join())).to.equal(true));
      // The greedy choice among all is at most twice the best; no more than half of it can be any choice's radius.
      const whole = await fitted({ bank_size: 12 }, count);
      const best = radius(points, await bankOf(whole.detector)) / 2;
      expect(radius(points, bank)).to.be.at.most(3 * 2 * 2 * best);
      expect(radius(points, bank)).to.be.below(1.3 * radius(points, await bankOf(whole.detector)));
      [detector, again.detector, other.detector, whole.detector].forEach((d) => d.dispose());
    }),
  );

  it(
    'refuses partitions that are too small for the bank, and stops when asked',
    leavesNoTensors(async () => {
      const keys = { bank_size: 50, over_pool: 'partitions', pool_mb: (200 * 12) / 2 ** 20 };
      const refused = await fitted({ ...keys, bank_size: 51 }, 40).catch((e: unknown) => e as Error);
      expect(String(refused)).to.match(/need a pool of four times the bank, which is pool_mb 1 for 51 rows/);
      const { detector } = await fitted(keys, 40);
      expect((await bankOf(detector)).length).to.equal(50);
      detector.dispose();
      const stop = new AbortController();
      const stopping = { ...silent, start: (step: string) => step.startsWith('reduction') && stop.abort() };
      const other = make(keys);
      const error = await other
        .fit(source(40), { seed: 1, progress: stopping, signal: stop.signal })
        .catch((e: unknown) => e as Error);
      expect(String(error)).to.contain('was stopped');
      other.dispose();
    }),
  );

  it(
    'needs a picture, and is content with one',
    leavesNoTensors(async () => {
      const none = make();
      const error = await none.fit(source(0), { seed: 1, progress: silent }).catch((e: unknown) => e as Error);
      expect(error).to.be.instanceOf(DataError);
      none.dispose();
      const { detector } = await fitted({ num_neighbors: 9, neighbor_reduce: 'kth', reweight: true, bank_size: 4 }, 1);
      const batch = batchOf([7]);
      const { scores, maps } = await detector.score(batch);
      expect(Number.isFinite((await scores.data())[0])).to.equal(true);
      tf.dispose([batch.pixels, scores, maps!]);
      detector.dispose();
    }),
  );
});

describe('the parameters of vision_patchcore', () => {
  it('refuse two sizes of one bank', () => {
    const fails = (keys: object) => expect(() => params(keys), JSON.stringify(keys)).to.throw(ConfigError);
    fails({ bank_size: 10, coreset_ratio: 0.1 }).with.property('message').contains('give one of them');
    fails({ bank_size: 10, max_bank: 9 }).with.property('message').contains('10 rows are more than max_bank 9');
    fails({ coreset_ratio: null }).with.property('message').contains('where no bank_size is given');
    fails({ coreset_dim: { eps: 1 } })
      .with.property('message')
      .contains('coreset_dim.eps');
    fails({ coreset_dim: 0 }).with.property('message').contains('coreset_dim: expected whole number of 1 or more');
  });

  it('stay as they are when they are read again', () => {
    for (const keys of [{}, { bank_size: 20_000 }, { profile: 'paper' }, { profile: 'anomalib', bank_size: 5 }]) {
      const once = params(keys);
      expect(decode(PatchcoreParams, JSON.parse(JSON.stringify(once)), 'again')).to.deep.equal(once);
    }
  });

  it('of the profiles are those of the published code and of anomalib', () => {
    const of = (profile: string) => decode(PatchcoreParams, { profile }, 'params');
    expect(of('paper')).to.deep.include({
      resize: { mode: 'short_side', pixels: 256, multiple: 1, rounding: 'down' },
      crop: { height: 224, width: 224 },
      interpolation: 'bilinear',
      antialias: true,
      patch_size: 3,
      patch_padding: 'zero',
      layer_dim: 1024,
      feature_dim: 1024,
      coreset_ratio: 0.1,
      coreset_dim: 128,
      coreset_starts: 10,
      num_neighbors: 1,
      neighbor_reduce: 'mean',
      distance: 'squared',
      score_top: 0,
      reweight: false,
      map_interpolation: 'bilinear',
      map_sigma: 4,
      map_border: 'reflect',
    });
    expect(of('anomalib')).to.deep.include({
      resize: { mode: 'stretch', size: { height: 256, width: 256 } },
      crop: null,
      antialias: true,
      patch_size: 3,
      patch_padding: 'zero',
      layer_dim: null,
      feature_dim: null,
      coreset_ratio: 0.1,
      coreset_dim: { eps: 0.9 },
      coreset_projection: 'sparse',
      coreset_starts: null,
      num_neighbors: 1,
      distance: 'euclidean',
      score_top: 0,
      reweight: true,
      reweight_neighbors: 9,
      map_interpolation: 'nearest',
      map_sigma: 4,
      map_border: 'reflect101',
    });
  });
});
