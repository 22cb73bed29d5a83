import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createExtractor } from '../../../src/models/backbones/create-extractor.js';
import type { FitSource } from '../../../src/models/detector.js';
import { fitPlaces } from '../../../src/models/gaussian/fit-places.js';
import type { PlaceGaussians } from '../../../src/models/gaussian/place-gaussians.js';
import { PatchEmbedding } from '../../../src/models/memory-bank/patch-embedding.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { upsampleSmooth } from '../../../src/ops/upsample-smooth.js';
import { silent } from '../../../src/runtime/progress.js';
import { tf, type Tensor, type Tensor2D, type Tensor3D, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { goldenBatch, torchManifest } from '../../support/golden-pictures.js';
import { readNpy } from '../../support/npy.js';
import { describeWithShared } from '../../support/shared.js';
import { worst } from '../../support/worst.js';

const golden = join(import.meta.dirname, '../../golden/patch_models');
const { padim } = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8')) as {
  padim: { scores_train: number[]; scores_test: number[] };
};
const train = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const test = [9, 10, 11, 12, 13, 14];
const context = { seed: 0, progress: silent };

function array(path: string, ...parts: string[]): Float32Array {
  return Float32Array.from(readNpy(join(path, ...parts)).data as Float64Array);
}

/** The inverse covariances that the factors stand for: `L^-T L^-1`. */
async function inverseCovariances({ whitening }: PlaceGaussians): Promise<Float32Array> {
  const product = tf.matMul(whitening, whitening, false, true);
  const values = (await product.data()) as Float32Array;
  product.dispose();
  return values;
}

onEveryBackend('the Gaussians of the Python system', () => {
  it(
    'become its scores and maps',
    leavesNoTensors(async () => {
      const distances = tf.tensor3d(array(golden, 'padim/patch_distances_test.npy'), [6, 8, 8]);
      const scores = tf.tidy(() => distances.max([1, 2]));
      expect(worst(await scores.data(), padim.scores_test)).to.be.below(1e-6);
      const size = { height: 64, width: 64 };
      const maps = upsampleSmooth(distances, size, { interpolation: 'bicubic', sigma: { y: 0, x: 0 } });
      const want = array(golden, 'padim/maps_test_0_1.npy');
      expect(worst((await maps.data()).subarray(0, 2 * 64 * 64), want)).to.be.below(1e-5);
      tf.dispose([distances, scores, maps]);
    }),
  );

  it(
    'follow from its pictures at four places',
    leavesNoTensors(async () => {
      const places = [9, 14, 36, 63];
      const features = tf.tensor4d(array(golden, 'padim/projected_at_four_places.npy'), [15, 1, 4, 24]);
      const source: FitSource = {
        count: 9,
        async *batches() {
          for (const [start, size] of [
            [0, 4],
            [4, 4],
            [8, 1],
          ]) {
            yield { pixels: features.slice([start, 0, 0, 0], [size, -1, -1, -1]), sources: [], sizes: [] };
          }
        },
      };
      const embed = (x: Tensor4D) => x.clone();
      const gaussians = await fitPlaces(source, context, { places: 4, width: 24, eps: 0.01, embed });
      expect(worst(await gaussians.mean.data(), array(golden, 'padim/means_at_four_places.npy'))).to.be.below(1e-5);
      const inverse = await inverseCovariances(gaussians);
      expect(worst(inverse, array(golden, 'padim/inv_covs_at_four_places.npy'))).to.be.below(1e-4);
      const distances = tf.tidy(() => gaussians.distances(features.slice([9, 0, 0, 0], [6, -1, -1, -1])));
      const all = array(golden, 'padim/patch_distances_test.npy');
      const want = test.flatMap((_, i) => places.map((place) => all[i * 64 + place]));
      expect(worst(await distances.data(), want)).to.be.below(1e-4);
      distances.dispose();
      gaussians.dispose();
      features.dispose();
    }),
  );
});

describeWithShared('PaDiM on a PyTorch checkpoint', ['golden', 'patch_models'], (models) => {
  const file = join(models, '../backbones/resnet18.safetensors');
  let dir = '';
  before(() => (dir = mkdtempSync(join(tmpdir(), 'imgano-padim-'))));
  after(() => rmSync(dir, { recursive: true, force: true }));

  onEveryBackend('as the Python system has it', (backend) => {
    if (backend === 'cpu') return;

    it(
      'has the same features, means, inverse covariances, distances, scores and maps',
      leavesNoTensors(async () => {
        const weights = openWeightsStore({
          manifestDirs: [torchManifest(dir, file)],
          searchDirs: [join(models, '../backbones')],
        });
        const layers = ['layer2', 'layer3'];
        const extractor = await createExtractor({ name: 'torch', weights: 'golden', layers }, weights);
        const embedding = new PatchEmbedding(
          extractor,
          {
            context: 0,
            patch_size: 1,
            patch_padding: 'zero',
            layer_dim: null,
            feature_dim: null,
            projection_dim: null,
            projection: 'gaussian',
          },
          0,
        );
        const components = array(models, 'padim/random_projection_components.npy');
        const projection = tf.tidy(() => tf.tensor2d(components, [24, 384]).transpose() as Tensor2D);
        const embed = (pixels: Tensor4D): Tensor4D =>
          tf.tidy(() => {
            const all = embedding.embed(pixels);
            const [n, h, w, d] = all.shape;
            return all
              .reshape([n * h * w, d])
              .matMul(projection)
              .reshape([n, h, w, 24]) as Tensor4D;
          });
        const source: FitSource = {
          count: train.length,
          async *batches() {
            yield goldenBatch(train, 64);
          },
        };

        const first = goldenBatch([0], 64);
        const features = embedding.embed(first.pixels);
        expect(worst(await features.data(), array(models, 'padim/features_train00.npy')), 'features').to.be.below(1e-5);

        const gaussians = await fitPlaces(source, context, { places: 64, width: 24, eps: 0.01, embed });
        expect(worst(await gaussians.mean.data(), array(models, 'padim/means.npy')), 'means').to.be.below(1e-5);
        const inverse = await inverseCovariances(gaussians);
        expect(worst(inverse, array(models, 'padim/inv_covs.npy')), 'inverse covariances').to.be.below(1e-4);

        const distancesOf = (indices: readonly number[]): Tensor3D => {
          const { pixels } = goldenBatch(indices, 64);
          const distances = tf.tidy(() => gaussians.distances(embed(pixels)));
          pixels.dispose();
          return distances;
        };
        const [known, unseen] = [distancesOf(train), distancesOf(test)];
        const scores = tf.tidy(() => [known.max([1, 2]), unseen.max([1, 2])]);
        expect(worst(await scores[0].data(), padim.scores_train), 'scores of known pictures').to.be.below(1e-4);
        expect(worst(await scores[1].data(), padim.scores_test), 'scores').to.be.below(1e-4);
        const recorded = array(models, 'padim/patch_distances_test.npy');
        expect(worst(await unseen.data(), recorded), 'distances').to.be.below(1e-4);
        const rule = { interpolation: 'bicubic', sigma: { y: 0, x: 0 } } as const;
        const maps = upsampleSmooth(unseen, { height: 64, width: 64 }, rule);
        expect(worst(await maps.data(), array(models, 'padim/maps_test.npy')), 'maps').to.be.below(1e-4);
        tf.dispose([first.pixels, features, known, unseen, maps, projection, ...scores] as Tensor[]);
        gaussians.dispose();
        embedding.dispose();
        extractor.dispose();
        await new Promise(setImmediate);
      }),
    );
  });
});
