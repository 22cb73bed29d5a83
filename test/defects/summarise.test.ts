import { expect } from 'chai';
import { DataError } from '../../src/errors.js';
import { runsOfBytes } from '../../src/defects/labelling/runs-of-bytes.js';
import { type Runs } from '../../src/defects/labelling/runs.js';
import { summariseValues } from '../../src/defects/map-stages/summarise-values.js';
import { summarise } from '../../src/defects/map-stages/summarise.js';
import { Random } from '../../src/runtime/random.js';
import { tf, type Tensor3D } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

const SIZE = { height: 9, width: 14 };
const PIXELS = SIZE.height * SIZE.width;

function scores(seed: number, from: number, to: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: PIXELS }, () => random.uniform(from, to));
}

/** No region of interest, a rectangle, scattered pixels, and one without pixels. */
function masks(): (Uint8Array | null)[] {
  const rectangle = Uint8Array.from({ length: PIXELS }, (_, p) => {
    const [x, y] = [p % SIZE.width, Math.floor(p / SIZE.width)];
    return x >= 3 && x < 12 && y >= 2 && y < 7 ? 1 : 0;
  });
  const scattered = Uint8Array.from(scores(5, 0, 1), (v) => (v < 0.6 ? 1 : 0));
  return [null, rectangle, scattered, new Uint8Array(PIXELS)];
}

function expected(values: Float32Array, mask: Uint8Array | null): { max: number; mean: number } {
  const inside = [...values].filter((_, p) => mask === null || mask[p] === 1);
  if (inside.length === 0) return { max: 0, mean: 0 };
  return { max: Math.max(...inside), mean: inside.reduce((sum, v) => sum + v, 0) / inside.length };
}

const roiOf = (mask: Uint8Array | null): Runs | null => (mask === null ? null : runsOfBytes(mask, SIZE));

describe('summariseValues', () => {
  it('gives maximum and mean inside the region of interest, also below zero', () => {
    for (const mask of masks()) {
      for (const values of [scores(1, 0, 1), scores(2, -3, -1)]) {
        const stats = summariseValues(values, SIZE, roiOf(mask));
        expect(stats.max).to.equal(expected(values, mask).max);
        expect(stats.mean).to.be.closeTo(expected(values, mask).mean, 1e-12);
      }
    }
  });

  it('refuses a value that is not finite wherever it is, and takes the largest finite ones', () => {
    for (const mask of masks()) {
      for (let p = 0; p < PIXELS; p++) {
        for (const bad of [NaN, Infinity, -Infinity]) {
          const values = scores(3, 0, 1);
          values[p] = bad;
          const row = Math.floor(p / SIZE.width);
          expect(() => summariseValues(values, SIZE, roiOf(mask))).to.throw(DataError, `in row ${row};`);
        }
      }
    }
    const most = Math.fround(3.4e38);
    expect(summariseValues(new Float32Array(PIXELS).fill(most), SIZE, null)).to.deep.equal({ max: most, mean: most });
  });
});

// What a GPU runs, here on every backend.
onEveryBackend('summarise', () => {
  it(
    'gives the statistics of the raw map and the peak of the map under work',
    leavesNoTensors(async () => {
      for (const mask of masks()) {
        const values = scores(4, -1, 1);
        const raw = tf.tensor2d(values, [SIZE.height, SIZE.width]);
        const work: Tensor3D = tf.tidy(() => raw.mul(2).expandDims(0));
        const { stats, peak } = await summarise(raw, work, roiOf(mask));
        tf.dispose([raw, work]);
        expect(stats.max).to.equal(expected(values, mask).max);
        expect(stats.mean).to.be.closeTo(expected(values, mask).mean, 1e-6);
        expect(peak).to.equal(2 * expected(values, null).max);
      }
    }),
  );

  it(
    'refuses a value that is not finite, also outside the region of interest',
    leavesNoTensors(async () => {
      for (const bad of [NaN, Infinity, -Infinity]) {
        const values = scores(6, 0, 1);
        values[SIZE.width] = bad;
        const raw = tf.tensor2d(values, [SIZE.height, SIZE.width]);
        const work: Tensor3D = raw.expandDims(0);
        const error: unknown = await summarise(raw, work, roiOf(masks()[1])).catch((e: unknown) => e);
        tf.dispose([raw, work]);
        expect(error).to.be.instanceOf(DataError).with.property('message').that.includes('in row 1;');
      }
    }),
  );
});
