import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { ConfigError, DataError, InterruptedError, ShapeError } from '../../../src/errors.js';
import type { FeatureExtractor } from '../../../src/models/backbones/extractor.js';
import type { Batch, FitSource } from '../../../src/models/detector.js';
import { Spade } from '../../../src/models/memory-bank/spade.js';
import { SpadeParams } from '../../../src/models/memory-bank/spade-params.js';
import { silent } from '../../../src/runtime/progress.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { worst } from '../../support/worst.js';

const [HEIGHT, WIDTH] = [8, 12];
const GRID = [HEIGHT / 2, WIDTH / 2];

/** Means of 2 x 2 pixels, and the first two channels of means of 4 x 4. */
const toy = (): FeatureExtractor => ({
  taps: [
    { name: 'fine', stride: 2, channels: 3 },
    { name: 'coarse', stride: 4, channels: 2 },
  ],
  multiple: 4,
  context: 0,
  extract: (x) => [tf.avgPool(x, 2, 2, 'valid'), tf.avgPool(x, 4, 4, 'valid').slice([0, 0, 0, 0], [-1, -1, -1, 2])],
  dispose: () => {},
});

type Picture = number[];

function picture(seed: number): Picture {
  const random = new Random(seed);
  return Array.from({ length: HEIGHT * WIDTH * 3 }, () => random.uniform(0, 10));
}

function batchOf(pictures: readonly Picture[]): Batch {
  return {
    pixels: tf.tensor4d(pictures.flat(), [pictures.length, HEIGHT, WIDTH, 3]),
    sources: pictures.map((_, i) => `${i}.png`),
    sizes: pictures.map(() => ({ height: HEIGHT, width: WIDTH })),
  };
}

const sourceOf = (pictures: readonly Picture[]): FitSource => ({
  count: pictures.length,
  async *batches() {
    for (let i = 0; i < pictures.length; i += 2) yield batchOf(pictures.slice(i, i + 2));
  },
});

const make = (params: object) => {
  const resize = { mode: 'stretch', size: { height: HEIGHT, width: WIDTH } };
  return new Spade(decode(SpadeParams, { resize, ...params }, 'params'), toy());
};

/** The mean of a block of pixels of one channel. */
function blockMean(p: Picture, side: number, i: number, j: number, channel: number): number {
  let sum = 0;
  for (let a = 0; a < side; a++)
    for (let b = 0; b < side; b++) sum += p[((i * side + a) * WIDTH + j * side + b) * 3 + channel];
  return sum / side ** 2;
}

const places = (p: Picture) =>
  Array.from({ length: GRID[0] * GRID[1] }, (_, at) =>
    [0, 1, 2].map((c) => blockMean(p, 2, Math.floor(at / GRID[1]), at % GRID[1], c)),
  );

/** Of the coarse layer: equal blocks, so that its mean is that of the picture. */
const image = (p: Picture) =>
  [0, 1].map((c) => p.filter((_, i) => i % 3 === c).reduce((sum, v) => sum + v, 0) / (HEIGHT * WIDTH));

const squared = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, i) => sum + (v - b[i]) ** 2, 0);
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;

/** SPADE as the paper writes it, in plain arrays. */
function reference(good: readonly Picture[], p: Picture, k: number, kappa: number, root: boolean) {
  const measured = (value: number) => (root ? Math.sqrt(value) : value);
  const near = good
    .map((g) => ({ g, distance: squared(image(g), image(p)) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, k);
  const gallery = near.flatMap(({ g }) => places(g));
  const map = places(p).map((place) => {
    const nearest = gallery.map((other) => squared(place, other)).sort((a, b) => a - b);
    return mean(nearest.slice(0, kappa).map(measured));
  });
  return { score: mean(near.map(({ distance }) => measured(distance))), map };
}

onEveryBackend('vision_spade', () => {
  const good = Array.from({ length: 7 }, (_, i) => picture(i));
  const unseen = [picture(50), picture(51), picture(52)];
  const context = { seed: 1, progress: silent };

  for (const { k, kappa, distance } of [
    { k: 3, kappa: 1, distance: 'squared' },
    { k: 50, kappa: 1, distance: 'euclidean' },
    { k: 2, kappa: 4, distance: 'euclidean' },
  ] as const) {
    it(
      `is the paper's formula with k ${k}, kappa ${kappa}, ${distance} distances`,
      leavesNoTensors(async () => {
        const detector = make({ k, kappa, distance, pyramid_layers: ['fine'] });
        await detector.fit(sourceOf(good), context);
        const batch = batchOf(unseen);
        const { scores, maps } = await detector.score(batch);
        const wanted = unseen.map((p) => reference(good, p, k, kappa, distance === 'euclidean'));
        expect(maps!.shape).to.deep.equal([3, ...GRID]);
        expect(
          worst(
            await scores.data(),
            wanted.map(({ score }) => score),
          ),
        ).to.be.below(1e-4);
        expect(
          worst(
            await maps!.data(),
            wanted.flatMap(({ map }) => map),
          ),
        ).to.be.below(1e-4);
        tf.dispose([batch.pixels, scores, maps!]);
        detector.dispose();
      }),
    );
  }

  it(
    'gives good pictures that it knows a map of zeros, with all layers and a projection too',
    leavesNoTensors(async () => {
      for (const params of [{}, { projection_dim: 3, image_layer: 'fine', image_score: 'map' }]) {
        const detector = make({ k: 2, ...params });
        await detector.fit(sourceOf(good), context);
        const batch = batchOf([good[4], unseen[0]]);
        const { scores, maps } = await detector.score(batch);
        const values = Array.from(await maps!.data());
        expect(Math.max(...values.slice(0, 24))).to.equal(0);
        expect(Math.min(...values.slice(24))).to.be.above(0);
        if ('image_score' in params) expect((await scores.data())[1]).to.equal(Math.max(...values));
        tf.dispose([batch.pixels, scores, maps!]);
        detector.dispose();
      }
    }),
  );

  it(
    'says what is wrong in one sentence: layers, memory, sizes, no pictures, damaged ones, a stop',
    leavesNoTensors(async () => {
      expect(() => make({ pyramid_layers: ['fin'] })).to.throw(ConfigError, 'did you mean "fine"');
      expect(() => make({ image_layer: 'last' })).to.throw(ConfigError, 'the taps are: fine, coarse');
      const failure = async (source: FitSource, params: object = {}, signal?: AbortSignal) => {
        const detector = make(params);
        const error = await detector.fit(source, { ...context, signal }).catch((e: unknown) => e);
        detector.dispose();
        return error as Error;
      };
      const large = await failure({ ...sourceOf(good), count: 1e6 }, { memory_mb: 100 });
      expect(large).to.be.instanceOf(ConfigError);
      expect(large.message).to.match(/1000000 pictures of 24 places of 5 values take 458 MB.*memory_mb 100/);
      expect(await failure(sourceOf([]))).to.be.instanceOf(DataError);
      const damaged = await failure(sourceOf([good[0], good[1].map(() => NaN)]));
      expect(damaged).to.be.instanceOf(DataError);
      expect(damaged.message).to.contain('not finite');
      expect(await failure(sourceOf(good), {}, AbortSignal.abort())).to.be.instanceOf(InterruptedError);
      const wide: FitSource = {
        count: 1,
        async *batches() {
          yield { sources: ['wide.png'], sizes: [], pixels: tf.zeros([1, 16, 12, 3]) as Tensor4D };
        },
      };
      expect(await failure(wide)).to.be.instanceOf(ShapeError);
    }),
  );
});
