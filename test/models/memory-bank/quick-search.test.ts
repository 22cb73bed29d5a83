import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import type { Batch, FitSource } from '../../../src/models/detector.js';
import { PatchcoreParams } from '../../../src/models/memory-bank/patchcore-params.js';
import { patchcore } from '../../../src/models/memory-bank/patchcore.spec.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { silent } from '../../../src/runtime/progress.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';

const SIDE = 128;

function batchOf(seeds: readonly number[], noise: number): Batch {
  const pictures = seeds.map((seed) => {
    const random = new Random(seed);
    return tf.tensor3d(
      Float32Array.from({ length: SIDE * SIDE * 3 }, () => 128 + noise * random.normal()),
      [SIDE, SIDE, 3],
    );
  });
  const pixels = tf.stack(pictures) as Tensor4D;
  tf.dispose(pictures);
  return { pixels, sources: seeds.map(String), sizes: seeds.map(() => ({ height: SIDE, width: SIDE })) };
}

/** Eight pictures of 1,024 patches, all of which are kept: a bank for which quick searches pay. */
async function fitted(noise: number) {
  const params = {
    backbone: { name: 'filterbank', stride: 4, levels: 1 },
    ...{ sampling: 'random', coreset_ratio: 1, max_bank: null, context: 0 },
  };
  const detector = await patchcore.create(decode(PatchcoreParams, params, 'params'), { weights: openWeightsStore() });
  const source: FitSource = {
    count: 8,
    async *batches() {
      yield batchOf([0, 1, 2, 3, 4, 5, 6, 7], noise);
    },
  };
  await detector.fit(source, { seed: 1, progress: silent });
  return detector;
}

onEveryBackend('a large bank', (backend) => {
  if (backend === 'cpu') return; // takes a quarter of a minute there, and knows no quick searches
  it(
    'gives a picture the same scores and map beside any other, to the last bit',
    leavesNoTensors(async () => {
      const detector = await fitted(20);
      const read = async (seeds: readonly number[]) => {
        const batch = batchOf(seeds, 20);
        const { scores, maps } = await detector.score(batch);
        const result = { scores: [...(await scores.data())], maps: await maps!.array() };
        tf.dispose([batch.pixels, scores, maps!]);
        return result;
      };
      const together = await read([10, 2, 11]);
      for (const [i, seed] of [10, 2, 11].entries()) {
        const alone = await read([seed]);
        expect(alone.scores[0]).to.equal(together.scores[i]);
        expect(alone.maps[0]).to.deep.equal(together.maps[i]);
      }
      expect(together.scores[1]).to.equal(0);
      expect(together.scores[0]).to.be.greaterThan(0.1);
      detector.dispose();
    }),
  );

  it(
    'of equal patches, where every quick search is in doubt, is searched as usual',
    leavesNoTensors(async () => {
      const detector = await fitted(0);
      const batch = batchOf([1], 0);
      const { scores, maps } = await detector.score(batch);
      expect((await scores.data())[0]).to.equal(0);
      expect((await maps!.data()).every((value) => value === 0)).to.equal(true);
      tf.dispose([batch.pixels, scores, maps!]);
      detector.dispose();
    }),
  );
});
