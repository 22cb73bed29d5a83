import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
import { phaseCorrelation } from '../../src/ops/phase-correlation.js';
import { registerShift } from '../../src/ops/register-shift.js';
import { translate } from '../../src/ops/translate.js';
import { Random } from '../../src/runtime/random.js';
import { tf, type Tensor3D, type Tensor4D } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

const height = 72;
const width = 96;

/** A pattern that exists between its pixels too: a few dozen soft blobs, sampled where the shift puts them. */
function blobs(seed: number, dy = 0, dx = 0): Float32Array {
  const random = new Random(seed);
  const spots = Array.from({ length: 40 }, () => ({
    y: random.uniform(0, height),
    x: random.uniform(0, width),
    size: random.uniform(2, 5),
    level: random.uniform(-120, 120),
  }));
  return Float32Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [Math.floor(i / width) - dy, (i % width) - dx];
    return spots.reduce(
      (sum, s) => sum + s.level * Math.exp(-((y - s.y) ** 2 + (x - s.x) ** 2) / (2 * s.size ** 2)),
      128,
    );
  });
}

const picture = (values: Float32Array) => tf.tensor3d(values, [1, height, width]);
/** One channel: what is compared below is the pixels. */
const coloured = (values: Float32Array) => tf.tensor4d(values, [1, height, width, 1]);

onEveryBackend('phaseCorrelation', () => {
  const cases: [number, number][] = [
    [0, 0],
    [3, -5],
    [-7, 2],
    [0.5, 0.25],
    [-1.3, 2.7],
  ];
  for (const [dy, dx] of cases) {
    it(
      `finds a shift of ${dy}, ${dx} pixels to a tenth`,
      leavesNoTensors(async () => {
        const [moved, still] = [picture(blobs(1, dy, dx)), picture(blobs(1))];
        const shift = phaseCorrelation(moved, still, { maxShift: 12, upsample: 20 });
        const [y, x] = await shift.data();
        expect(Math.abs(y - dy)).to.be.below(0.1);
        expect(Math.abs(x - dx)).to.be.below(0.1);
        tf.dispose([moved, still, shift]);
      }),
    );
  }

  it(
    'is blind to light and contrast, looks through noise and a defect, and takes every picture of a batch for itself',
    leavesNoTensors(async () => {
      const random = new Random(5);
      const a = blobs(2, 4, -3).map(
        (v, i) => 0.6 * v + 40 + 3 * random.normal() + (i % width < 12 && i < 12 * width ? 90 : 0),
      );
      const batch = tf.tensor3d([...a, ...blobs(3, -2, 1)], [2, height, width]);
      const references = tf.tensor3d([...blobs(2), ...blobs(3)], [2, height, width]);
      const shift = phaseCorrelation(batch, references, { maxShift: null, upsample: 1 });
      expect(await shift.array()).to.deep.equal([
        [4, -3],
        [-2, 1],
      ]);
      tf.dispose([batch, references, shift]);
    }),
  );

  it('refuses pictures of other sizes and broken options', () => {
    const [a, b] = [tf.zeros([1, 8, 8]) as Tensor3D, tf.zeros([1, 8, 9]) as Tensor3D];
    expect(() => phaseCorrelation(a, b, { maxShift: 2, upsample: 1 })).to.throw(ShapeError);
    expect(() => phaseCorrelation(a, a, { maxShift: 2, upsample: 0 })).to.throw(ShapeError);
    tf.dispose([a, b]);
  });
});

onEveryBackend('translate', () => {
  it(
    'copies pixels for whole shifts, and blends neighbours for parts',
    leavesNoTensors(async () => {
      const maps = tf.tensor4d([0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23], [1, 3, 4, 1]);
      const shifts = tf.tensor2d([[1, -2]]);
      const whole = translate(maps, shifts);
      expect(await rows(whole)).to.deep.equal([
        [
          [2, 3, 3, 3],
          [2, 3, 3, 3],
          [12, 13, 13, 13],
        ],
      ]);
      const halves = tf.tensor2d([[0.5, 0]]);
      const part = translate(maps, halves);
      expect(await rows(part)).to.deep.equal([
        [
          [0, 1, 2, 3],
          [5, 6, 7, 8],
          [15, 16, 17, 18],
        ],
      ]);
      tf.dispose([maps, shifts, whole, halves, part]);
    }),
  );
});

onEveryBackend('registerShift', () => {
  it(
    'leaves a reference where it is when there is no shift to find',
    leavesNoTensors(async () => {
      const random = new Random(7);
      const noise = () => Float32Array.from({ length: height * width }, () => 100 + 2 * random.normal());
      const [a, b] = [coloured(noise()), coloured(noise())];
      const out = registerShift(b, a, { maxShift: 8, upsample: 1 });
      const [before, after] = [await distance(a, b), await distance(a, out)];
      expect(after).to.be.at.most(before);
      tf.dispose([a, b, out]);
    }),
  );

  it(
    'lays a moved reference over the picture',
    leavesNoTensors(async () => {
      const [a, b] = [coloured(blobs(4, 2.5, -3.25)), coloured(blobs(4))];
      const out = registerShift(b, a, { maxShift: 8, upsample: 20 });
      expect(await distance(a, out, 6)).to.be.below(0.5);
      expect(await distance(a, b, 6)).to.be.above(10);
      tf.dispose([a, b, out]);
    }),
  );
});

async function rows(x: Tensor4D): Promise<number[][][]> {
  return (await x.array()).map((map) => map.map((row) => row.map(([value]) => value)));
}

async function distance(a: Tensor4D, b: Tensor4D, frame = 0): Promise<number> {
  const [x, y] = [await a.data(), await b.data()];
  let sum = 0;
  let count = 0;
  x.forEach((value, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    if (row < frame || column < frame || row >= height - frame || column >= width - frame) return;
    sum += Math.abs(value - y[i]);
    count += 1;
  });
  return sum / count;
}
