import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../../../src/config/codec.js';
import { ConfigError, DataError } from '../../../src/errors.js';
import { AnomalyDinoParams } from '../../../src/models/memory-bank/anomalydino-params.js';
import { anomalyDino } from '../../../src/models/memory-bank/anomalydino.spec.js';
import { foreground } from '../../../src/models/memory-bank/foreground.js';
import { patchDistances } from '../../../src/models/memory-bank/patch-distances.js';
import { unitLength } from '../../../src/models/memory-bank/unit-length.js';
import { loadTensors } from '../../../src/models/tensor-file.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { NeighborIndex } from '../../../src/ops/nearest.js';
import { rotatePictures } from '../../../src/ops/rotate-pictures.js';
import { silent } from '../../../src/runtime/progress.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor2D, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { batchOf, goodPictures, sourceOfArrays, stripedPicture } from '../../support/striped-pictures.js';

const resize = { mode: 'stretch', size: { height: 64, width: 96 } };
const context = { seed: 3, progress: silent };

function make(params: object = {}) {
  const decoded = decode(AnomalyDinoParams, { resize, ...params }, 'params');
  return anomalyDino.create(decoded, { weights: openWeightsStore() });
}

const normals = (count: number, seed: number) => {
  const random = new Random(seed);
  return Float32Array.from({ length: count }, () => random.normal());
};

onEveryBackend('the parts of vision_anomalydino', () => {
  it(
    'distances are cosine distances to the nearest rows',
    leavesNoTensors(async () => {
      const [q, n, d] = [6, 11, 5];
      const [queries, rows] = [normals(q * d, 1), normals(n * d, 2)];
      const cosine = (i: number, j: number) => {
        const at = (values: Float32Array, row: number) => values.subarray(row * d, (row + 1) * d);
        const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, k) => sum + v * b[k], 0);
        const [a, b] = [at(queries, i), at(rows, j)];
        return 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
      };
      const index = tf.tidy(() => unitLength(tf.tensor4d(rows, [1, 1, n, d])).reshape<Tensor2D>([n, d]));
      const bank = new NeighborIndex(index);
      const features = tf.tidy(() => unitLength(tf.tensor4d(queries, [1, 2, 3, d])));
      for (const reduce of ['mean', 'kth'] as const) {
        const params = { num_neighbors: 3, neighbor_reduce: reduce, distance: 'cosine' } as const;
        const { maps, nearest } = patchDistances(features, bank, params);
        const got = await maps.data();
        const first = await nearest.data();
        for (let i = 0; i < q; i++) {
          const all = Array.from({ length: n }, (_, j) => cosine(i, j));
          const three = [...all].sort((a, b) => a - b).slice(0, 3);
          const expected = reduce === 'mean' ? (three[0] + three[1] + three[2]) / 3 : three[2];
          expect(got[i]).to.be.closeTo(expected, 1e-5);
          expect(first[i]).to.equal(all.indexOf(Math.min(...all)));
        }
        tf.dispose([maps, nearest]);
      }
      bank.dispose();
      tf.dispose([index, features]);
    }),
  );

  it(
    'features of zeros stay zeros',
    leavesNoTensors(async () => {
      const zeros = tf.zeros([1, 1, 2, 3]) as Tensor4D;
      const unit = unitLength(zeros);
      expect(Array.from(await unit.data())).to.deep.equal([0, 0, 0, 0, 0, 0]);
      tf.dispose([zeros, unit]);
    }),
  );

  it(
    'the part is what stands out along the first principal component, in the middle',
    leavesNoTensors(async () => {
      // A block in the middle that differs from its surroundings along one direction, and noise in the others.
      const [h, w, d] = [10, 12, 6];
      const noise = normals(2 * h * w * d, 4);
      const direction = [3, -2, 0, 1, 0, 4];
      const inside = (y: number, x: number) => y >= 3 && y < 7 && x >= 4 && x < 9;
      const values = noise.map((v, i) => {
        const [picture, place] = [Math.floor(i / (h * w * d)), Math.floor(i / d) % (h * w)];
        const sign = picture === 0 ? 1 : -1;
        return 0.1 * v + (inside(Math.floor(place / w), place % w) ? sign * 4 * direction[i % d] : 0);
      });
      const features = tf.tensor4d(values, [2, h, w, d]);
      const mask = foreground(features, 5);
      const got = await mask.array();
      for (const picture of got) {
        picture.forEach((row, y) =>
          row.forEach((value, x) => {
            // Dilated by one place, and then closed.
            const expected = y >= 2 && y < 8 && x >= 3 && x < 10 ? 1 : 0;
            expect(value, `${y}, ${x}`).to.equal(expected);
          }),
        );
      }
      tf.dispose([features, mask]);
    }),
  );

  it(
    'a picture without a part is all part, so that it can never pass unseen',
    leavesNoTensors(async () => {
      const features = tf.tensor4d([...normals(40, 1), ...new Float32Array(40)], [2, 4, 5, 2]);
      const mask = foreground(features, 1e6);
      expect(Array.from(await mask.data())).to.deep.equal(new Array(40).fill(1));
      tf.dispose([features, mask]);
    }),
  );

  it(
    'turned pictures: quarter turns move pixels exactly, whole turns change nothing',
    leavesNoTensors(async () => {
      const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
      const turned = async (degrees: number) => {
        const out = rotatePictures(x, degrees);
        const values = Array.from(await out.data());
        out.dispose();
        return values;
      };
      expect(await turned(90)).to.deep.equal([3, 6, 9, 2, 5, 8, 1, 4, 7]);
      expect(await turned(180)).to.deep.equal([9, 8, 7, 6, 5, 4, 3, 2, 1]);
      expect(await turned(360)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9]);
      const diagonal = await turned(45);
      expect(diagonal[4]).to.equal(5);
      expect(diagonal.every((v) => v >= 1 && v <= 9)).to.equal(true);
      x.dispose();
    }),
  );
});

onEveryBackend('vision_anomalydino', () => {
  it(
    'learns from one picture, keeps rows of unit length, and finds a defect',
    leavesNoTensors(async () => {
      const dir = mkdtempSync(join(tmpdir(), 'imgano-dino-'));
      const detector = await make();
      await detector.fit(sourceOfArrays(goodPictures(1)), context);
      const batch = batchOf([stripedPicture(31, { defect: 14 }), stripedPicture(41)]);
      const { scores, maps } = await detector.score(batch);
      const [bad, good] = await scores.data();
      expect(bad).to.be.greaterThan(2 * good);
      await detector.save(dir);
      const { bank } = await loadTensors(join(dir, 'bank.safetensors'));
      expect(bank.shape[0]).to.equal(8 * 12);
      const width = bank.shape[1];
      for (let i = 0; i < bank.shape[0]; i++) {
        expect(Math.hypot(...bank.data.subarray(i * width, (i + 1) * width))).to.be.closeTo(1, 1e-5);
      }
      tf.dispose([scores, maps!, batch.pixels]);
      detector.dispose();
      rmSync(dir, { recursive: true });
    }),
  );

  it(
    'with rotations, a turned part is no defect',
    leavesNoTensors(async () => {
      const scoreOfTurned = async (rotations: number) => {
        const detector = await make({ rotations });
        await detector.fit(sourceOfArrays(goodPictures(2)), context);
        const batch = batchOf([stripedPicture(41)]);
        const turned = rotatePictures(batch.pixels, 90);
        const { scores, maps } = await detector.score({ ...batch, pixels: turned });
        const [score] = await scores.data();
        tf.dispose([scores, maps!, batch.pixels, turned]);
        detector.dispose();
        return score;
      };
      expect(await scoreOfTurned(4)).to.be.lessThan(0.5 * (await scoreOfTurned(1)));
    }),
  );

  it(
    'with a mask, the background is neither in the bank nor in the map, also after loading',
    leavesNoTensors(async () => {
      const dir = mkdtempSync(join(tmpdir(), 'imgano-dino-'));
      const params = { mask: 'pca', mask_threshold: 0.5 };
      const part = (seed: number) => stripedPicture(seed, { defect: 32, at: [16, 32] });
      const detector = await make(params);
      await detector.fit(sourceOfArrays([part(1), part(2), part(3)]), context);
      await detector.save(dir);
      const { bank } = await loadTensors(join(dir, 'bank.safetensors'));
      expect(bank.shape[0]).to.be.within(3, 3 * 8 * 12 - 1);
      const loaded = await make(params);
      await loaded.load(dir);
      const batch = batchOf([part(9)]);
      const [first, second] = [await detector.score(batch), await loaded.score(batch)];
      const map = await first.maps!.data();
      expect(Array.from(await second.maps!.data())).to.deep.equal(Array.from(map));
      expect(map[0]).to.equal(0);
      expect(map.some((value) => value > 0)).to.equal(true);
      tf.dispose([first.scores, first.maps!, second.scores, second.maps!, batch.pixels]);
      detector.dispose();
      loaded.dispose();
      const other = await make();
      expect(await other.load(dir).catch((e: unknown) => e)).to.be.instanceOf(ConfigError);
      other.dispose();
      rmSync(dir, { recursive: true });
    }),
  );

  it(
    'names what is wrong: damaged pictures, a side that no patch fits',
    leavesNoTensors(async () => {
      const detector = await make();
      const damaged = goodPictures(2);
      damaged[1].fill(NaN);
      expect(await detector.fit(sourceOfArrays(damaged), context).catch((e: unknown) => e)).to.be.instanceOf(DataError);
      detector.dispose();
      const odd = { mode: 'stretch', size: { height: 60, width: 96 } };
      expect(await make({ resize: odd }).catch((e: unknown) => e)).to.be.instanceOf(ConfigError);
    }),
  );
});
