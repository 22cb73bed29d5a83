import { expect } from 'chai';
import { join } from 'node:path';
import { resample, type ResampleOptions } from '../../src/ops/resample.js';
import { resampleWeights } from '../../src/ops/resample-weights.js';
import { startRuntime } from '../../src/runtime/start.js';
import { tf, type Tensor4D } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';
import { readNpy } from '../support/npy.js';
import { goldenMaps } from '../golden/maps/fixture.js';

const sizes = ['24x32', '31x47', '32x40', '50x70', '96x128'];
const kinds = [
  ['area', 'area'],
  ['linear', 'bilinear'],
  ['cubic', 'bicubic'],
] as const;

/** Largest difference, relative to the largest magnitude expected. */
function worst(got: ArrayLike<number>, want: ArrayLike<number>): number {
  expect(got.length).to.equal(want.length);
  let scale = 0;
  let difference = 0;
  for (let i = 0; i < want.length; i++) {
    scale = Math.max(scale, Math.abs(want[i]));
    difference = Math.max(difference, Math.abs(got[i] - want[i]));
  }
  return difference / scale;
}

/** The direct definition: every output pixel is a weighted sum over the whole picture, in float64. */
function direct(
  x: ArrayLike<number>,
  shape: number[],
  to: { height: number; width: number },
  weight: (from: number, to: number) => (i: number, j: number) => number,
): Float64Array {
  const [n, h, w, c] = shape;
  const vertical = weight(h, to.height);
  const horizontal = weight(w, to.width);
  const out = new Float64Array(n * to.height * to.width * c);
  let at = 0;
  for (let b = 0; b < n; b++)
    for (let i = 0; i < to.height; i++)
      for (let j = 0; j < to.width; j++)
        for (let k = 0; k < c; k++, at++)
          for (let y = 0; y < h; y++)
            for (let z = 0; z < w; z++) out[at] += vertical(i, y) * horizontal(j, z) * x[((b * h + y) * w + z) * c + k];
  return out;
}

/** Bilinear with repeated edges, written from its definition: linear in the distance between two pixel centres. */
const bilinear = (from: number, to: number) => (i: number, j: number) => {
  const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
  return Math.max(0, 1 - Math.abs(at - j));
};

function ramp(shape: [number, number, number, number]): Tensor4D {
  const count = shape.reduce((a, b) => a * b);
  return tf.tensor4d(
    Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 251) / 4),
    shape,
  );
}

onEveryBackend('resample', () => {
  for (const [name, interpolation] of kinds) {
    for (const size of sizes) {
      it(
        `equals OpenCV ${name} 48x64 to ${size}`,
        leavesNoTensors(async () => {
          const [height, width] = size.split('x').map(Number);
          const source = goldenMaps.picture('gray', 'test_01');
          const want = readNpy(join(goldenMaps.folder, 'resize', `f32_${name}_${size}.npy`)).data as Float32Array;
          const x = tf.tensor4d(
            Float32Array.from(source, (v) => v / 255),
            [1, 48, 64, 1],
          );
          const out = resample(x, { height, width }, { interpolation });
          expect(out.shape).to.deep.equal([1, height, width, 1]);
          expect(worst(await out.data(), want)).to.be.below(2e-6);
          tf.dispose([x, out]);
        }),
      );
    }
  }

  for (const shape of [
    [1, 5, 7, 3],
    [3, 6, 4, 2],
    [2, 3, 3, 1],
    [1, 120, 2, 2],
  ] as [number, number, number, number][]) {
    for (const to of [
      { height: 9, width: 11 },
      { height: 4, width: 3 },
      { height: 12, width: 2 },
      { height: 40, width: 1 },
    ]) {
      it(
        `weighs as defined: [${shape}] to ${to.height}x${to.width}`,
        leavesNoTensors(async () => {
          const x = ramp(shape);
          const out = resample(x, to, { interpolation: 'bilinear' });
          expect(worst(await out.data(), direct(await x.data(), shape, to, bilinear))).to.be.below(1e-6);
          tf.dispose([x, out]);
        }),
      );
    }
  }

  it(
    'gives the same picture whatever its batch',
    leavesNoTensors(async () => {
      const x = ramp([3, 9, 8, 3]);
      const options: ResampleOptions = { interpolation: 'bicubic', antialias: true };
      const together = resample(x, { height: 5, width: 6 }, options);
      for (let i = 0; i < 3; i++) {
        const one = tf.tidy(() => resample(x.slice([i], [1]), { height: 5, width: 6 }, options));
        const same = tf.tidy(() => together.slice([i], [1]));
        expect(worst(await one.data(), await same.data())).to.be.below(1e-6);
        tf.dispose([one, same]);
      }
      tf.dispose([x, together]);
    }),
  );

  it(
    'takes nearest by pixel centres, and copies an equal size',
    leavesNoTensors(async () => {
      const x = tf.tensor4d([1, 2, 3, 4], [1, 1, 4, 1]);
      const less = resample(x, { height: 1, width: 2 }, { interpolation: 'nearest' });
      expect(Array.from(await less.data())).to.deep.equal([2, 4]);
      const more = resample(x, { height: 2, width: 8 }, { interpolation: 'nearest' });
      expect(Array.from(await more.data()).slice(0, 8)).to.deep.equal([1, 1, 2, 2, 3, 3, 4, 4]);
      const same = resample(x, { height: 1, width: 4 }, { interpolation: 'area' });
      x.dispose();
      expect(Array.from(await same.data())).to.deep.equal([1, 2, 3, 4]);
      tf.dispose([less, more, same]);
    }),
  );

  it(
    'refuses sides that are no sizes',
    leavesNoTensors(() => {
      const x = ramp([1, 2, 2, 1]);
      expect(() => resample(x, { height: 0, width: 2 }, { interpolation: 'area' })).to.throw(/1 or more whole pixels/);
      expect(() => resample(x, { height: 2, width: 1.5 }, { interpolation: 'area' })).to.throw(/2x2 to 2x1.5/);
      x.dispose();
    }),
  );
});

describe('resample antialias', () => {
  before(() => startRuntime('wasm'));

  for (const interpolation of ['bilinear', 'bicubic'] as const) {
    for (const size of ['17x20', '31x90', '100x40']) {
      it(`equals PIL ${interpolation} of floats to ${size}`, async () => {
        const [height, width] = size.split('x').map(Number);
        const file = join(goldenMaps.folder, 'pil', `pil_${interpolation}_f32_${size}.npy`);
        const green = goldenMaps.picture('pil', 'input').filter((_, i) => i % 3 === 1);
        const x = tf.tensor4d(Float32Array.from(green), [1, 48, 64, 1]);
        const out = resample(x, { height, width }, { interpolation, antialias: true });
        expect(worst(await out.data(), readNpy(file).data as Float32Array)).to.be.below(1e-6);
        tf.dispose([x, out]);
      });
    }
  }

  for (const size of ['32x40', '64x64', '224x224']) {
    it(`equals PIL bilinear to ${size} within its fixed-point rounding`, async () => {
      const [height, width] = size.split('x').map(Number);
      const want = readNpy(join(goldenMaps.folder, 'pil', `pil_bilinear_u8_${size}.npy`)).data as Uint8Array;
      const x = tf.tensor4d(Float32Array.from(goldenMaps.picture('pil', 'input')), [1, 48, 64, 3]);
      const out = resample(x, { height, width }, { interpolation: 'bilinear', antialias: true });
      const got = await out.data();
      // Pillow rounds to whole levels after each of its two passes: half a level each at most.
      for (let i = 0; i < want.length; i++) expect(Math.abs(got[i] - want[i])).to.be.below(1.01);
      const mean = want.reduce((sum, v, i) => sum + got[i] - v, 0) / want.length;
      expect(Math.abs(mean)).to.be.below(0.1);
      tf.dispose([x, out]);
    });
  }

  it('has rows that sum to 1, also for Keys with a = -0.5', () => {
    for (const [from, to] of [
      [100, 7],
      [7, 100],
      [31, 30],
      [1, 5],
      [5, 1],
    ]) {
      for (const kernel of ['nearest', 'bilinear', 'bicubic', 'area', 'area_linear'] as const) {
        for (const antialias of [true, false]) {
          const weights = resampleWeights(from, to, { kernel, antialias, cubic: -0.5 });
          for (let i = 0; i < to; i++) {
            const sum = weights.subarray(i * from, (i + 1) * from).reduce((a, b) => a + b, 0);
            expect(sum).to.be.closeTo(1, 1e-12);
          }
        }
      }
    }
  });
});

onEveryBackend('resample by bands', () => {
  it(
    'equals the whole product',
    leavesNoTensors(async () => {
      // So many columns that blocks pay on every backend; each column is a picture of one.
      const [from, to, columns] = [640, 320, 1024];
      const shape: [number, number, number, number] = [1, from, columns, 1];
      const x = ramp(shape);
      const got = resample(x, { height: to, width: columns }, { interpolation: 'bilinear' });
      const [source, values] = [await x.data(), await got.data()];
      const weight = bilinear(from, to);
      for (let i = 0; i < to; i += 9) {
        for (let j = 0; j < columns; j += 101) {
          let want = 0;
          for (let y = 0; y < from; y++) want += weight(i, y) * source[y * columns + j];
          expect(values[i * columns + j]).to.be.closeTo(want, 1e-4);
        }
      }
      tf.dispose([x, got]);
    }),
  );
});

describe('resample gradient', () => {
  before(() => startRuntime('cpu'));

  for (const [shape, to] of [
    [[2, 4, 5, 2], { height: 7, width: 3 }],
    [[1, 1200, 2, 1], { height: 500, width: 2 }], // multiplied by bands
  ] as [[number, number, number, number], { height: number; width: number }][]) {
    it(`is the transposed map, as finite differences say: [${shape}]`, async () => {
      const x = ramp(shape);
      const loss = (v: Tensor4D) => tf.sum(tf.square(resample(v, to, { interpolation: 'bilinear' }))) as Scalar;
      const gradient = tf.grad((v) => loss(v as Tensor4D))(x);
      const got = await gradient.data();
      const values = Float64Array.from(await x.data());
      const at = (v: Float64Array) => direct(v, shape, to, bilinear).reduce((sum, o) => sum + o * o, 0);
      for (let i = 0; i < values.length; i += Math.max(7, Math.floor(values.length / 9))) {
        const up = Float64Array.from(values);
        const down = Float64Array.from(values);
        up[i] += 1e-3;
        down[i] -= 1e-3;
        const slope = (at(up) - at(down)) / 2e-3;
        expect(got[i]).to.be.closeTo(slope, 1e-4 * Math.abs(slope) + 1e-3);
      }
      tf.dispose([x, gradient]);
    });
  }
});

type Scalar = ReturnType<typeof tf.scalar>;
