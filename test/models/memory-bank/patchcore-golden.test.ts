import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { patchScores } from '../../../src/models/memory-bank/patch-scores.js';
import { PatchcoreParams } from '../../../src/models/memory-bank/patchcore-params.js';
import { NeighborIndex } from '../../../src/ops/nearest.js';
import { upsampleSmooth } from '../../../src/ops/upsample-smooth.js';
import { tf, type Tensor2D, type Tensor3D, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { readNpy } from '../../support/npy.js';
import { describeWithShared } from '../../support/shared.js';

const golden = join(import.meta.dirname, '../../golden/patch_models');
const expected = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8')) as Record<
  'patchcore' | 'patchcore_k1',
  { params: { n_neighbors: number }; scores_train: number[]; scores_test: number[] }
>;

function tensor(path: string) {
  const { data, shape } = readNpy(path);
  return tf.tensor(Float32Array.from(data as Float64Array), shape);
}

/** `[784, 384]` */
function trainFeatures(path: string): Float32Array {
  return readNpy(join(path, 'patchcore/features_train_784x384_img0.npy')).data as Float32Array;
}

onEveryBackend('patch distances of the Python system', () => {
  it(
    'become its scores and maps',
    leavesNoTensors(async () => {
      const distances = tensor(join(golden, 'patchcore/kth_distances_28x28_test.npy')) as Tensor3D;
      const scores = tf.tidy(() => distances.max([1, 2]));
      const highest = [...(await scores.data())];
      highest.forEach((score, i) => expect(score).to.be.closeTo(expected.patchcore.scores_test[i], 1e-4));
      const sigma = { y: 0, x: 0 };
      const maps = upsampleSmooth(distances, { height: 48, width: 64 }, { interpolation: 'bicubic', sigma });
      const got = await maps.data();
      const wanted = readNpy(join(golden, 'patchcore/maps_test.npy')).data as Float32Array;
      expect(got.length).to.equal(wanted.length);
      got.forEach((value, i) => expect(value).to.be.closeTo(wanted[i], 1e-4 * wanted[i]));
      tf.dispose([distances, scores, maps]);
    }),
  );
});

describeWithShared('the memory banks of the Python system', ['golden', 'patch_models'], (path) => {
  onEveryBackend('a training picture', () => {
    for (const name of ['patchcore', 'patchcore_k1'] as const) {
      it(
        `has the recorded score (${name})`,
        leavesNoTensors(async () => {
          const rows = tensor(join(path, name, 'memory_bank.npy')) as Tensor2D;
          const features = tf.tidy(() => tf.tensor(trainFeatures(path), [1, 28, 28, 384]) as Tensor4D);
          const { params, scores_train } = expected[name];
          const options = { num_neighbors: params.n_neighbors, neighbor_reduce: 'kth', score_top: 0 };
          const bank = new NeighborIndex(rows);
          const { scores, maps } = patchScores(features, bank, decode(PatchcoreParams, options, 'params'));
          expect((await scores.data())[0]).to.be.closeTo(scores_train[0], 1e-4);
          tf.dispose([rows, features, scores, maps]);
          bank.dispose();
        }),
      );

      it(`are the patches that the indices name (${name})`, () => {
        const indices = readNpy(join(path, name, 'coreset_indices.npy')).data as Int32Array;
        const bank = readNpy(join(path, name, 'memory_bank.npy')).data as Float32Array;
        const features = trainFeatures(path);
        const known = [...indices.entries()].filter(([, index]) => index < 784);
        expect(known.length).to.be.greaterThan(10);
        for (const [row, index] of known) {
          const [got, wanted] = [
            bank.subarray(row * 384, (row + 1) * 384),
            features.subarray(index * 384, (index + 1) * 384),
          ];
          expect(got.every((value, i) => value === wanted[i])).to.equal(true);
        }
      });
    }
  });
});
