import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { InterruptedError, ShapeError } from '../../src/errors.js';
import { greedyCoreset } from '../../src/ops/coreset.js';
import { Random } from '../../src/runtime/random.js';
import { tf } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';
import { readNpy } from '../support/npy.js';

const golden = join(import.meta.dirname, '../golden/patch_models/coreset_synthetic');

/** Farthest-first in double precision with plain loops. */
function reference(rows: number[][], count: number, first: number): number[] {
  const nearest = rows.map(() => Infinity);
  const chosen = [first];
  while (chosen.length < count) {
    const center = rows[chosen[chosen.length - 1]];
    rows.forEach((row, i) => {
      nearest[i] = Math.min(
        nearest[i],
        row.reduce((sum, v, j) => sum + (v - center[j]) ** 2, 0),
      );
    });
    chosen.push(nearest.indexOf(Math.max(...nearest)));
  }
  return chosen;
}

onEveryBackend('greedyCoreset', () => {
  it(
    'takes the farthest row again and again',
    leavesNoTensors(async () => {
      const random = new Random(4);
      const values = Array.from({ length: 200 }, () => Array.from({ length: 6 }, () => Math.fround(random.normal())));
      const rows = tf.tensor2d(values);
      const got = await greedyCoreset(rows, 60, { first: 17 });
      expect([...got]).to.deep.equal(reference(values, 60, 17));
      rows.dispose();
    }),
  );

  it(
    'gives the indices of the reference implementation',
    leavesNoTensors(async () => {
      const { shape, data } = readNpy(join(golden, 'features.npy'));
      const { indices } = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8')) as {
        indices: Record<string, number[]>;
      };
      const rows = tf.tensor2d(data as Float32Array, shape as [number, number]);
      for (const [name, expected] of Object.entries(indices)) {
        const got = await greedyCoreset(rows, expected.length, { first: expected[0] });
        expect([...got], name).to.deep.equal(expected);
      }
      rows.dispose();
    }),
  );

  it(
    'looks at all of many rows',
    leavesNoTensors(async () => {
      const random = new Random(12);
      const values = Array.from({ length: 17_000 }, () =>
        Array.from({ length: 3 }, () => Math.fround(random.normal())),
      );
      const rows = tf.tensor2d(values);
      expect([...(await greedyCoreset(rows, 40, { first: 3 }))]).to.deep.equal(reference(values, 40, 3));
      rows.dispose();
    }),
  );

  it(
    'breaks ties by the lowest row and names every row once, even when only duplicates are left',
    leavesNoTensors(async () => {
      const rows = tf.tensor2d([
        [1, 1],
        [0, 0],
        [3, 3],
        [3, 3],
        [0, 0],
      ]);
      expect([...(await greedyCoreset(rows, 3, { first: 0 }))]).to.deep.equal([0, 2, 1]);
      expect([...(await greedyCoreset(rows, 5, { first: 0 }))].sort()).to.deep.equal([0, 1, 2, 3, 4]);
      rows.dispose();
    }),
  );

  it(
    'tells its progress and stops when asked',
    leavesNoTensors(async () => {
      const rows = tf.tensor2d(Array.from({ length: 300 }, (_, i) => [i, i * i]));
      const seen: number[] = [];
      await greedyCoreset(rows, 200, { first: 0, onProgress: (chosen) => seen.push(chosen) });
      expect(seen[seen.length - 1]).to.equal(200);
      expect(seen).to.deep.equal([...seen].sort((a, b) => a - b));
      const stop = new AbortController();
      const stopped = await greedyCoreset(rows, 200, {
        first: 0,
        signal: stop.signal,
        onProgress: () => stop.abort(),
      }).catch((error: unknown) => error);
      expect(stopped).to.be.instanceOf(InterruptedError);
      rows.dispose();
    }),
  );

  it('refuses counts and rows that are not there', async () => {
    const rows = tf.zeros([3, 2]) as never;
    for (const [count, first] of [
      [0, 0],
      [4, 0],
      [1, 3],
      [1, -1],
    ]) {
      const error = await greedyCoreset(rows, count, { first }).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(ShapeError);
    }
    tf.dispose(rows);
  });
});
