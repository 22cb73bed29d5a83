import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
import { alignBlocks } from '../../src/ops/align-blocks.js';
import { beyondTolerance } from '../../src/ops/beyond-tolerance.js';
import { matchLight } from '../../src/ops/match-light.js';
import { nearbyDistance } from '../../src/ops/nearby-distance.js';
import { patternContrast } from '../../src/ops/pattern-contrast.js';
import { rectangleElement } from '../../src/ops/structuring-element.js';
import { Random } from '../../src/runtime/random.js';
import { tf, type Tensor3D, type Tensor4D } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

const noise = (length: number, seed: number) => {
  const random = new Random(seed);
  return Float32Array.from({ length }, () => random.uniform(0, 255));
};
const inside = (value: number, length: number) => Math.min(Math.max(value, 0), length - 1);

onEveryBackend('beyondTolerance', () => {
  for (const t of [0, 1, 2]) {
    it(
      `equals a plain walk over the windows of ${2 * t + 1} pixels`,
      leavesNoTensors(async () => {
        const [h, w] = [9, 11];
        const [a, b] = [noise(h * w, 1), noise(h * w, 2)];
        const expected = a.map((value, i) => {
          const [y, x] = [Math.floor(i / w), i % w];
          let [low, high] = [Infinity, -Infinity];
          for (let v = y - t; v <= y + t; v++) {
            for (let u = x - t; u <= x + t; u++) {
              if (v < 0 || u < 0 || v >= h || u >= w) continue;
              low = Math.min(low, b[v * w + u]);
              high = Math.max(high, b[v * w + u]);
            }
          }
          return Math.max(0, value - high, low - value);
        });
        const [x, y] = [tf.tensor3d(a, [1, h, w]), tf.tensor3d(b, [1, h, w])];
        const out = beyondTolerance(x, y, rectangleElement(2 * t + 1));
        expect(await out.data()).to.deep.equal(expected);
        tf.dispose([x, y, out]);
      }),
    );
  }
});

onEveryBackend('alignBlocks', () => {
  const [h, w] = [80, 104];
  /** Spots of about 5 pixels: at half the resolution, pictures without anything coarse could not be matched. */
  const base = blurred(noise((h + 40) * (w + 40), 3), w + 40);
  /** A window into one large random picture, moved left and right halves apart. */
  const view = (shift: (x: number) => { y: number; x: number }) =>
    Float32Array.from({ length: h * w }, (_, i) => {
      const [y, x] = [Math.floor(i / w), i % w];
      const by = shift(x);
      return base[(y + 20 - by.y) * (w + 40) + x + 20 - by.x];
    });
  const apart: { search: number; left: { y: number; x: number }; right: { y: number; x: number } }[] = [
    { search: 2, left: { y: 1, x: -2 }, right: { y: -1, x: 0 } },
    { search: 6, left: { y: 4, x: -6 }, right: { y: -2, x: 5 } },
  ];
  for (const { search, left, right } of apart) {
    it(
      `moves the parts of a reference by shifts of their own, up to ${search} pixels`,
      leavesNoTensors(async () => {
        const reference = tf.tensor4d(
          view(() => ({ y: 0, x: 0 })),
          [1, h, w, 1],
        );
        const wanted = view((x) => (x < w / 2 ? left : right));
        const picture = tf.tensor4d(wanted, [1, h, w, 1]);
        const out = alignBlocks(reference, picture, { search, window: 17 });
        const got = await out.data();
        let wrong = 0;
        for (let y = 10; y < h - 10; y++) {
          for (let x = 10; x < w - 10; x++) {
            if (Math.abs(x - w / 2) > 16 && got[y * w + x] !== wanted[y * w + x]) wrong += 1;
          }
        }
        expect(wrong).to.equal(0);
        tf.dispose([reference, picture, out]);
      }),
    );
  }

  it(
    'keeps a flat reference, and takes every picture of a batch for itself',
    leavesNoTensors(async () => {
      const values = [...view(() => ({ y: 0, x: 0 })), ...new Float32Array(h * w).fill(7)];
      const references = tf.tensor4d(values, [2, h, w, 1]);
      const pictures = tf.tensor4d([...view(() => ({ y: 0, x: 2 })), ...new Float32Array(h * w).fill(9)], [2, h, w, 1]);
      const out = alignBlocks(references, pictures, { search: 3, window: 17 });
      const [first, second] = out.unstack();
      expect((await second.data()).every((value) => value === 7)).to.equal(true);
      const [got, wanted] = [await first.data(), view(() => ({ y: 0, x: 2 }))];
      expect(got[40 * w + 50]).to.equal(wanted[40 * w + 50]);
      tf.dispose([references, pictures, out, first, second]);
    }),
  );

  it('refuses a search that is no whole number', () => {
    const x = tf.zeros([1, 8, 8, 1]) as Tensor4D;
    expect(() => alignBlocks(x, x, { search: 0.5, window: 3 })).to.throw(ShapeError);
    tf.dispose(x);
  });
});

onEveryBackend('matchLight', () => {
  it(
    'finds gain and offset although a tenth of the picture is a defect',
    leavesNoTensors(async () => {
      const [h, w] = [40, 50];
      const reference = noise(h * w, 4);
      const clean = reference.map((value) => 0.8 * value + 25);
      const marked = clean.map((value, i) => (i < (h * w) / 10 ? 250 : value));
      const [r, p] = [tf.tensor3d(reference, [1, h, w]), tf.tensor3d(marked, [1, h, w])];
      const out = matchLight(r, p);
      const got = await out.data();
      const worst = Math.max(...got.map((value, i) => Math.abs(value - clean[i])));
      expect(worst).to.be.below(3);
      tf.dispose([r, p, out]);
    }),
  );

  it(
    'gives a flat reference the level of the picture',
    leavesNoTensors(async () => {
      const [r, p] = [tf.fill([1, 6, 6], 100) as Tensor3D, tf.fill([1, 6, 6], 130) as Tensor3D];
      const out = matchLight(r, p);
      expect((await out.data()).every((value) => Math.abs(value - 130) < 1e-3)).to.equal(true);
      tf.dispose([r, p, out]);
    }),
  );
});

onEveryBackend('patternContrast', () => {
  it(
    'is the distance of the two levels of a print, and 0 for a flat picture',
    leavesNoTensors(async () => {
      const maps = tf.tensor3d([40, 40, 40, 220, 9, 9, 9, 9], [2, 2, 2]);
      const out = patternContrast(maps);
      expect(await out.data()).to.deep.equal(Float32Array.of(180, 0));
      tf.dispose([maps, out]);
    }),
  );
});

onEveryBackend('nearbyDistance', () => {
  for (const distance of ['euclidean', 'cosine'] as const) {
    for (const search of [0, 1, 2]) {
      it(
        `equals a plain search of ${search} places around, ${distance}`,
        leavesNoTensors(async () => {
          const [h, w, d] = [5, 6, 3];
          const [a, b] = [noise(h * w * d, 8), noise(h * w * d, 9)];
          const at = (from: Float32Array, y: number, x: number) => from.subarray((y * w + x) * d, (y * w + x + 1) * d);
          const expected = Array.from({ length: h * w }, (_, i) => {
            const [y, x] = [Math.floor(i / w), i % w];
            let least = Infinity;
            for (let dy = -search; dy <= search; dy++) {
              for (let dx = -search; dx <= search; dx++) {
                const [p, q] = [at(a, y, x), at(b, inside(y + dy, h), inside(x + dx, w))];
                least = Math.min(least, distance === 'euclidean' ? euclidean(p, q) : 1 - cosine(p, q));
              }
            }
            return least;
          });
          const [x, y] = [tf.tensor4d(a, [1, h, w, d]), tf.tensor4d(b, [1, h, w, d])];
          const out = nearbyDistance(x, y, { search, distance });
          (await out.data()).forEach((value, i) => expect(value).to.be.closeTo(expected[i], 1e-4 * expected[i] + 1e-6));
          tf.dispose([x, y, out]);
        }),
      );
    }
  }
});

/** The mean of 5 x 5 pixels, the rows taken as one long line. */
function blurred(values: Float32Array, width: number): Float32Array {
  const offsets = [-2, -1, 0, 1, 2].flatMap((y) => [-2, -1, 0, 1, 2].map((x) => y * width + x));
  return values.map((_, i) => offsets.reduce((sum, by) => sum + (values[i + by] ?? 0), 0) / offsets.length);
}

function euclidean(p: Float32Array, q: Float32Array): number {
  return Math.hypot(...p.map((value, i) => value - q[i]));
}

function cosine(p: Float32Array, q: Float32Array): number {
  const dot = (u: Float32Array, v: Float32Array) => u.reduce((sum, value, i) => sum + value * v[i], 0);
  return dot(p, q) / Math.sqrt(dot(p, p) * dot(q, q));
}
