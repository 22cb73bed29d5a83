import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { ConfigError, DataError, InterruptedError, ShapeError, WeightsError } from '../../../src/errors.js';
import type { Batch, Detector, FitSource } from '../../../src/models/detector.js';
import { fitPlaces } from '../../../src/models/gaussian/fit-places.js';
import { inverseCholesky } from '../../../src/models/gaussian/inverse-cholesky.js';
import { PadimParams } from '../../../src/models/gaussian/padim-params.js';
import { padim } from '../../../src/models/gaussian/padim.spec.js';
import { PlaceMoments } from '../../../src/models/gaussian/place-moments.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { randomChannels } from '../../../src/ops/random-channels.js';
import { silent } from '../../../src/runtime/progress.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';

const context = { seed: 3, progress: silent };

/** `x^T S^-1 x` by Gaussian elimination with pivots: no Cholesky in it. */
function squaredMahalanobis(matrix: readonly number[][], x: readonly number[]): number {
  const rows = matrix.map((row, i) => [...row, x[i]]);
  for (let i = 0; i < rows.length; i++) {
    const pivot = rows
      .slice(i)
      .reduce((best, row, k) => (Math.abs(row[i]) > Math.abs(rows[best][i]) ? k + i : best), i);
    [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
    for (const row of rows.filter((other) => other !== rows[i])) {
      const share = row[i] / rows[i][i];
      row.forEach((value, k) => (row[k] = value - share * rows[i][k]));
    }
  }
  return rows.reduce((sum, row, i) => sum + (x[i] * row[x.length]) / row[i], 0);
}

/** Sample mean and covariance, in two passes. */
function covarianceOf(rows: readonly number[][], eps: number): { mean: number[]; matrix: number[][] } {
  const mean = rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
  const product = (i: number, j: number) => rows.reduce((s, row) => s + (row[i] - mean[i]) * (row[j] - mean[j]), 0);
  const matrix = mean.map((_, i) =>
    mean.map((__, j) => product(i, j) / Math.max(1, rows.length - 1) + (i === j ? eps : 0)),
  );
  return { mean, matrix };
}

const triangleOf = (matrix: readonly number[][]) => Float64Array.from(matrix.flatMap((row, i) => row.slice(0, i + 1)));

/** Vectors whose values hang together and lie far from 0. */
function vectors(count: number, width: number, seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const common = random.normal();
    return Array.from({ length: width }, (_, i) => 50 * i + common * (1 + (i % 3)) + 0.3 * random.normal());
  }).map((row) => Array.from(Float32Array.from(row)));
}

describe('inverseCholesky', () => {
  it('whitens as the inverse of the covariance does', () => {
    for (const width of [1, 2, 7, 20]) {
      const { matrix } = covarianceOf(vectors(12, width, width), 0.01);
      const inverse = triangleOf(matrix);
      expect(inverseCholesky(inverse, width)).to.equal(true);
      const x = vectors(1, width, 99)[0];
      const whitened = x.map((_, i) =>
        x.slice(0, i + 1).reduce((sum, v, j) => sum + v * inverse[(i * (i + 1)) / 2 + j], 0),
      );
      const got = whitened.reduce((sum, v) => sum + v * v, 0);
      expect(got / squaredMahalanobis(matrix, x)).to.be.closeTo(1, 1e-9);
    }
  });

  it('has the factor of a matrix that can be done by hand', () => {
    // [[4, 2], [2, 5]] = L L^T with L = [[2, 0], [1, 2]]
    const matrix = Float64Array.from([4, 2, 5]);
    expect(inverseCholesky(matrix, 2)).to.equal(true);
    expect([...matrix]).to.deep.equal([0.5, -0.25, 0.5]);
  });

  it('says when there is no factor', () => {
    for (const triangle of [[1, 2, 1], [0], [NaN], [Infinity], [1, 1, 1]]) {
      expect(inverseCholesky(Float64Array.from(triangle), triangle.length === 1 ? 1 : 2), triangle.join()).to.equal(
        false,
      );
    }
  });
});

describe('PlaceMoments', () => {
  it('has the sample mean and covariance of every place', () => {
    const [places, width, count] = [3, 5, 8];
    const data = Array.from({ length: places }, (_, place) => vectors(count, width, place));
    const moments = new PlaceMoments(places, width);
    for (let i = 0; i < count; i++) moments.add(Float32Array.from(data.flatMap((rows) => rows[i])));
    for (const [place, rows] of data.entries()) {
      const { mean, matrix } = covarianceOf(rows, 0.5);
      mean.forEach((value, i) => expect(moments.mean[place * width + i]).to.be.closeTo(value, 1e-9));
      const wanted = triangleOf(matrix);
      moments.covariance(place, 0.5).forEach((value, i) => expect(value).to.be.closeTo(wanted[i], 1e-9));
    }
  });

  it('has no spread after a single picture', () => {
    const moments = new PlaceMoments(1, 2);
    moments.add(Float32Array.from([3, 4]));
    expect([...moments.covariance(0, 0.01)]).to.deep.equal([0.01, 0, 0.01]);
  });
});

onEveryBackend('fitPlaces', () => {
  const [count, width] = [9, 6];
  const places = Array.from({ length: 4 }, (_, place) => vectors(count, width, 10 + place));
  const features = (rows: readonly number[][][]) => tf.tensor4d(rows.flat(2), [rows.length, 2, 2, width]);
  const train = Array.from({ length: count }, (_, i) => places.map((rows) => rows[i]));
  const sourceOf = (rows: readonly number[][][], batch = 4): FitSource => ({
    count: rows.length,
    async *batches() {
      for (let i = 0; i < rows.length; i += batch) {
        yield { pixels: features(rows.slice(i, i + batch)), sources: [], sizes: [] };
      }
    },
  });
  const task = { places: 4, width, eps: 0.01, embed: (x: Tensor4D) => x.clone() };

  it(
    'gives Mahalanobis distances, each place by its own Gaussian',
    leavesNoTensors(async () => {
      const gaussians = await fitPlaces(sourceOf(train), context, task);
      const queries = [
        places.map((_, p) => vectors(1, width, 50 + p)[0]),
        places.map((_, p) => vectors(1, width, 60 + p)[0]),
      ];
      const x = features(queries);
      const got = gaussians.distances(x);
      const values = (await got.array()).map((map) => map.flat());
      expect(got.shape).to.deep.equal([2, 2, 2]);
      for (const [n, query] of queries.entries()) {
        for (const [place, row] of query.entries()) {
          const { mean, matrix } = covarianceOf(places[place], 0.01);
          const want = Math.sqrt(
            squaredMahalanobis(
              matrix,
              row.map((v, i) => v - mean[i]),
            ),
          );
          expect(values[n][place] / want, `${n} ${place}`).to.be.closeTo(1, 1e-4);
        }
      }
      tf.dispose([x, got]);
      gaussians.dispose();
    }),
  );

  it(
    'refuses no pictures, values that are not finite, and another grid; warns of a single picture',
    leavesNoTensors(async () => {
      const failure = (rows: readonly number[][][], change = {}) =>
        fitPlaces(sourceOf(rows), context, { ...task, ...change }).catch((error: unknown) => error);
      expect(await failure([])).to.be.instanceOf(DataError);
      const damaged = [train[0], places.map(() => Array.from({ length: width }, () => NaN))];
      expect(await failure(damaged)).to.be.instanceOf(DataError);
      expect(await failure(train, { places: 5 })).to.be.instanceOf(ShapeError);
      const flat = [train[0], train[0]];
      expect(((await failure(flat, { eps: 0 })) as Error).message).to.contain('raise covariance_eps');
      const lines: string[] = [];
      const progress = { ...silent, warn: (line: string) => lines.push(line) };
      (await fitPlaces(sourceOf([train[0]]), { seed: 1, progress }, task)).dispose();
      expect(lines.join()).to.contain('a single picture');
    }),
  );
});

onEveryBackend('randomChannels', () => {
  it(
    'keeps different channels unchanged and in order, alike for a seed',
    leavesNoTensors(async () => {
      const [matrix, again, other] = [randomChannels(9, 5, 1), randomChannels(9, 5, 1), randomChannels(9, 5, 2)];
      const kept = tf.tidy(() => tf.range(0, 9).reshape([1, 9]).matMul(matrix));
      const values = [...(await kept.data())];
      expect(new Set(values).size).to.equal(5);
      expect(values).to.deep.equal([...values].sort((a, b) => a - b));
      expect(await again.array()).to.deep.equal(await matrix.array());
      expect(await other.array()).to.not.deep.equal(await matrix.array());
      expect(() => randomChannels(3, 4, 1)).to.throw(ShapeError);
      tf.dispose([matrix, again, other, kept]);
    }),
  );
});

const size = { height: 48, width: 64 };

/** Stripes with noise; `defect` is a dark square of so many pixels at (24, 40). */
function picture(seed: number, defect = 0): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: size.height * size.width * 3 }, (_, i) => {
    const [y, x] = [Math.floor(i / 3 / size.width), Math.floor(i / 3) % size.width];
    const inside = y >= 24 && y < 24 + defect && x >= 40 && x < 40 + defect;
    return inside ? 20 : 128 + 60 * Math.sin((2 * Math.PI * (x + y)) / 12) + 4 * random.normal();
  });
}

function batchOf(pictures: readonly Float32Array[], { height, width } = size): Batch {
  const pixels = tf.tidy(() => tf.stack(pictures.map((p) => tf.tensor3d(p, [height, width, 3]))) as Tensor4D);
  return { pixels, sources: pictures.map(String), sizes: pictures.map(() => ({ height, width })) };
}

const source: FitSource = {
  count: 6,
  async *batches() {
    for (let i = 0; i < 6; i += 3) yield batchOf([picture(i), picture(i + 1), picture(i + 2)]);
  },
};

function make(params: object = {}): Promise<Detector> {
  const decoded = decode(PadimParams, { resize: { mode: 'stretch', size }, d: 12, ...params }, 'params');
  return padim.create(decoded, { weights: openWeightsStore() });
}

async function read(
  detector: Detector,
  pictures: readonly Float32Array[],
): Promise<{ scores: number[]; maps: number[][][] }> {
  const { pixels, ...batch } = batchOf(pictures);
  const { scores, maps } = await detector.score({ pixels, ...batch });
  const result = { scores: await scores.array(), maps: await maps!.array() };
  tf.dispose([scores, maps!, pixels]);
  return result;
}

onEveryBackend('vision_padim', () => {
  for (const params of [{}, { projection: 'channels' }, { d: null, score_top: 0.1 }]) {
    it(
      `finds a planted defect and where it is ${JSON.stringify(params)}`,
      leavesNoTensors(async () => {
        const detector = await make(params);
        await detector.fit(source, context);
        const { scores, maps } = await read(detector, [picture(50), picture(51, 12)]);
        expect(scores[1]).to.be.greaterThan(2 * scores[0]);
        expect([maps[1].length, maps[1][0].length]).to.deep.equal([6, 8]);
        const flat = maps[1].flat();
        const place = flat.indexOf(Math.max(...flat));
        expect([Math.floor(place / 8), place % 8]).to.satisfy(
          ([y, x]: number[]) => y >= 2 && y <= 4 && x >= 4 && x <= 6,
        );
        const highest = flat.sort((a, b) => b - a).slice(0, 'score_top' in params ? 5 : 1);
        expect(scores[1]).to.be.closeTo(highest.reduce((a, b) => a + b) / highest.length, 1e-4 * scores[1]);
        detector.dispose();
      }),
    );
  }

  it(
    'says what the Gaussians take, and refuses what exceeds the budget before any picture is read',
    leavesNoTensors(async () => {
      const lines: string[] = [];
      const progress = { ...silent, info: (line: string) => lines.push(line) };
      const detector = await make({ memory_mb: 1 });
      await detector.fit(source, { seed: 1, progress });
      expect(lines).to.deep.equal(['48 places of 12 values take 1 MB in the fit and 1 MB in use']);
      detector.dispose();
      const large = await make({
        memory_mb: 1,
        d: null,
        resize: { mode: 'stretch', size: { height: 448, width: 448 } },
      });
      const unread: FitSource = {
        count: 1,
        batches: () => expect.fail('a picture was read'),
      };
      const error = (await large.fit(unread, context).catch((e: unknown) => e)) as Error;
      expect(error).to.be.instanceOf(ConfigError);
      expect(error.message).to.contain('3136 places of 36 values').and.contain('memory_mb 1').and.contain('lower d');
      large.dispose();
    }),
  );

  it(
    'has one grid: no other resize rule, no other size, no side that does not fit the backbone',
    leavesNoTensors(async () => {
      for (const resize of [{ mode: 'short_side', pixels: 64 }, { mode: 'scale' }]) {
        expect(() => decode(PadimParams, { resize }, 'params')).to.throw(
          ConfigError,
          'resize.mode: expected one of stretch',
        );
      }
      const odd = { mode: 'stretch', size: { height: 44, width: 64 } };
      expect(await make({ resize: odd }).catch((e: unknown) => e)).to.be.instanceOf(ConfigError);
      const detector = await make();
      await detector.fit(source, context);
      const other = batchOf([picture(1)], { height: 64, width: 48 });
      expect(await detector.score(other).catch((e: unknown) => e)).to.be.instanceOf(ShapeError);
      other.pixels.dispose();
      detector.dispose();
    }),
  );

  it(
    'stops when asked, and leaves nothing behind',
    leavesNoTensors(async () => {
      const detector = await make();
      const stop = new AbortController();
      stop.abort();
      const error = await detector.fit(source, { ...context, signal: stop.signal }).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(InterruptedError);
      detector.dispose();
    }),
  );

  it(
    'keeps the scores when it is saved, and refuses other parameters, altered and missing files',
    leavesNoTensors(async () => {
      const dir = mkdtempSync(join(tmpdir(), 'imgano-padim-'));
      const params = { projection: 'sparse' };
      const detector = await make(params);
      await detector.fit(source, context);
      await detector.save(dir);
      const loaded = await make(params);
      await loaded.load(dir);
      const pictures = [picture(70), picture(71, 6)];
      expect(await read(loaded, pictures)).to.deep.equal(await read(detector, pictures));
      detector.dispose();
      loaded.dispose();

      const failure = async (change: object = {}) => {
        const other = await make({ ...params, ...change });
        const error = await other.load(dir).catch((e: unknown) => e);
        other.dispose();
        return error as Error;
      };
      const mismatch = await failure({ covariance_eps: 0.1 });
      expect(mismatch).to.be.instanceOf(ConfigError);
      expect(mismatch.message).to.contain('covariance_eps 0.01').and.contain('0.1');
      const document = readFileSync(join(dir, 'model.json'), 'utf8');
      writeFileSync(join(dir, 'model.json'), document.replace('"places": 48', '"places": 47'));
      expect(await failure()).to.be.instanceOf(WeightsError);
      writeFileSync(join(dir, 'model.json'), document);
      const tensors = join(dir, 'gaussians.safetensors');
      const bytes = readFileSync(tensors);
      bytes[bytes.length - 2] ^= 8;
      writeFileSync(tensors, bytes);
      expect(await failure()).to.be.instanceOf(WeightsError);
      rmSync(dir, { recursive: true });
      expect(await failure()).to.be.instanceOf(WeightsError);
    }),
  );
});
