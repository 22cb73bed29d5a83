import { expect } from 'chai';
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../../../src/config/codec.js';
import { ConfigError, DataError, InterruptedError, NotFittedError } from '../../../src/errors.js';
import type { Detector } from '../../../src/models/detector.js';
import { PatchcoreLiteParams } from '../../../src/models/memory-bank/patchcore-lite-params.js';
import { patchcoreLite } from '../../../src/models/memory-bank/patchcore-lite.spec.js';
import { PatchcoreOnlineParams } from '../../../src/models/memory-bank/patchcore-online-params.js';
import { type PatchcoreOnline } from '../../../src/models/memory-bank/patchcore-online.js';
import { patchcoreOnline } from '../../../src/models/memory-bank/patchcore-online.spec.js';
import { SpreadBank } from '../../../src/models/memory-bank/spread-bank.js';
import { loadTensors } from '../../../src/models/tensor-file.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { silent } from '../../../src/runtime/progress.js';
import { tf } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { batchOf, goodPictures, sourceOfArrays, stripedPicture } from '../../support/striped-pictures.js';

const resize = { mode: 'stretch', size: { height: 64, width: 96 } };
const context = { seed: 3, progress: silent };
const environment = { weights: openWeightsStore() };

const lite = (params: object = {}) =>
  patchcoreLite.create(decode(PatchcoreLiteParams, { resize, ...params }, 'params'), environment);
const online = async (params: object = {}) =>
  (await patchcoreOnline.create(
    decode(PatchcoreOnlineParams, { resize, ...params }, 'params'),
    environment,
  )) as PatchcoreOnline;

async function scoresOf(detector: Detector, pictures: readonly Float32Array[]): Promise<number[]> {
  const batch = batchOf(pictures);
  const { scores, maps } = await detector.score(batch);
  expect(maps).to.equal(null);
  const values = Array.from(await scores.data());
  tf.dispose([scores, batch.pixels]);
  return values;
}

describe('a spread bank', () => {
  const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Math.fround(Array.from(a).reduce((sum, v, i) => sum + (v - b[i]) ** 2, 0));
  const rows = fc.array(
    fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })).map((pair) => Float32Array.from(pair)),
    { minLength: 1, maxLength: 40 },
  );
  const separation = (of: readonly Float32Array[]) =>
    Math.min(...of.flatMap((a, i) => of.slice(i + 1).map((b) => distance(a, b))));

  it('is bounded, knows the nearest other row of every row, and never becomes denser', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 2, max: 8 }), (stream, most) => {
        const bank = new SpreadBank(most);
        let before = 0;
        for (const row of stream) {
          const kept = bank.add(row);
          const { rows: now, squared, partners } = bank.state;
          expect(now.length).to.be.at.most(most);
          if (kept) expect(now).to.include(row);
          now.forEach((a, i) => {
            const others = now.map((b, j) => (j === i ? Infinity : distance(a, b)));
            expect(squared[i]).to.equal(Math.min(...others));
            if (now.length > 1) expect(others[partners[i]]).to.equal(squared[i]);
          });
          if (now.length < most) continue;
          expect(separation(now)).to.be.at.least(before);
          before = separation(now);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('leaves out what is nearer than its own two nearest rows, and keeps what is farther', () => {
    const bank = new SpreadBank(3);
    for (const x of [0, 4, 20]) bank.add(Float32Array.of(x));
    expect(bank.add(Float32Array.of(17))).to.equal(false);
    expect(bank.add(Float32Array.of(12))).to.equal(true);
    expect(bank.state.rows.map(([x]) => x)).to.deep.equal([0, 12, 20]);
    expect(bank.add(Float32Array.of(12))).to.equal(false);
  });

  it('goes on from a saved state as if it had never stopped', () => {
    fc.assert(
      fc.property(rows, rows, (first, second) => {
        const whole = new SpreadBank(5);
        [...first, ...second].forEach((row) => whole.add(row));
        const part = new SpreadBank(5);
        first.forEach((row) => part.add(row));
        const resumed = new SpreadBank(5, structuredClone(part.state));
        second.forEach((row) => resumed.add(row));
        expect(resumed.state).to.deep.equal(whole.state);
      }),
      { numRuns: 200 },
    );
  });
});

onEveryBackend('vision_patchcore_lite', () => {
  it(
    'scores are distances to the nearest row, by loops over arrays',
    leavesNoTensors(async () => {
      const dir = mkdtempSync(join(tmpdir(), 'imgano-lite-'));
      const probe = await online({ max_bank: 50 });
      const detector = await lite({ coreset_ratio: 0.5 });
      const pictures = goodPictures(7);
      await detector.fit(sourceOfArrays(pictures), context);
      await detector.save(dir);
      const { bank } = await loadTensors(join(dir, 'model.safetensors'));
      expect(bank.shape[0]).to.equal(3);
      // The online bank of one picture holds the row of that picture.
      const query = stripedPicture(41);
      await probe.fit(sourceOfArrays([query]), context);
      await probe.save(dir);
      const row = (await loadTensors(join(dir, 'model.safetensors'))).bank.data;
      const distances = [0, 1, 2].map((i) =>
        Math.hypot(...Array.from(row, (v, j) => v - bank.data[i * row.length + j])),
      );
      const [score] = await scoresOf(detector, [query]);
      expect(score).to.be.closeTo(Math.min(...distances), 1e-5);
      detector.dispose();
      probe.dispose();
      rmSync(dir, { recursive: true });
    }),
  );

  for (const pooling of ['mean', 'max', 'mean_max']) {
    it(
      `finds a defect with pooling ${pooling}`,
      leavesNoTensors(async () => {
        const detector = await lite({ pooling, coreset_ratio: 1 });
        await detector.fit(sourceOfArrays(goodPictures(4)), context);
        const [bad, good] = await scoresOf(detector, [stripedPicture(31, { defect: 20 }), stripedPicture(41)]);
        expect(bad).to.be.greaterThan(1.5 * good);
        detector.dispose();
      }),
    );
  }

  it(
    'names what is wrong: no pictures, damaged ones, a stop',
    leavesNoTensors(async () => {
      const detector = await lite();
      const failure = (pictures: Float32Array[], more: object = {}) =>
        detector.fit(sourceOfArrays(pictures), { ...context, ...more }).catch((e: unknown) => e);
      expect(await failure([])).to.be.instanceOf(DataError);
      expect(await failure([stripedPicture(1).fill(NaN)])).to.be.instanceOf(DataError);
      const stop = new AbortController();
      stop.abort();
      expect(await failure(goodPictures(2), { signal: stop.signal })).to.be.instanceOf(InterruptedError);
      detector.dispose();
    }),
  );
});

onEveryBackend('vision_patchcore_online', () => {
  const [first, second] = [goodPictures(5), goodPictures(5, 100)];
  const seen = [stripedPicture(31, { defect: 14 }), stripedPicture(41), second[2]];

  it(
    'learning in parts gives the bank of learning at once: in one process, and from a saved model',
    leavesNoTensors(async () => {
      const dir = mkdtempSync(join(tmpdir(), 'imgano-online-'));
      const whole = await online({ max_bank: 4 });
      await whole.fit(sourceOfArrays([...first, ...second], 1), context);
      const expected = await scoresOf(whole, seen);

      const parts = await online({ max_bank: 4 });
      await parts.fit(sourceOfArrays(first, 1), context);
      await parts.save(dir);
      await parts.extend(sourceOfArrays(second, 1), context);
      expect(await scoresOf(parts, seen)).to.deep.equal(expected);

      const resumed = await online({ max_bank: 4, start_from: dir });
      await resumed.fit(sourceOfArrays(second, 1), context);
      expect(await scoresOf(resumed, seen)).to.deep.equal(expected);

      const loaded = await online({ max_bank: 4 });
      await loaded.load(dir);
      await loaded.extend(sourceOfArrays(second, 1), context);
      expect(await scoresOf(loaded, seen)).to.deep.equal(expected);
      for (const detector of [whole, parts, resumed, loaded]) detector.dispose();
      rmSync(dir, { recursive: true });
    }),
  );

  it(
    'a failed extension leaves the bank as it was',
    leavesNoTensors(async () => {
      const detector = await online({ max_bank: 4 });
      await detector.fit(sourceOfArrays(first), context);
      const before = await scoresOf(detector, seen);
      const damaged = [first[0], stripedPicture(1).fill(NaN)];
      expect(await detector.extend(sourceOfArrays(damaged), context).catch((e: unknown) => e)).to.be.instanceOf(
        DataError,
      );
      expect(await scoresOf(detector, seen)).to.deep.equal(before);
      detector.dispose();
    }),
  );

  it(
    'names what is wrong: nothing to extend, a bank that is too large, other features',
    leavesNoTensors(async () => {
      const dir = mkdtempSync(join(tmpdir(), 'imgano-online-'));
      const detector = await online({ max_bank: 4 });
      const extended = await detector.extend(sourceOfArrays(first), context).catch((e: unknown) => e);
      expect(extended).to.be.instanceOf(NotFittedError);
      await detector.fit(sourceOfArrays(first), context);
      await detector.save(dir);
      detector.dispose();
      for (const params of [{ max_bank: 2 }, { pooling: 'max' }]) {
        const other = await online({ ...params, start_from: dir });
        expect(await other.fit(sourceOfArrays(second), context).catch((e: unknown) => e)).to.be.instanceOf(ConfigError);
        other.dispose();
      }
      rmSync(dir, { recursive: true });
    }),
  );
});
