import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { PictureFitSource } from '../../../src/inference/fit-source.js';
import { DefectFitSource } from '../../../src/inference/defect-fit-source.js';
import { frameWidth } from '../../../src/models/backbones/frame-width.js';
import { framedFeatures } from '../../../src/models/backbones/framed-features.js';
import { FilterbankExtractor } from '../../../src/models/backbones/filterbank.js';
import { SuperSimpleNetParams } from '../../../src/models/discriminative/supersimplenet-params.js';
import { SuperSimpleNet } from '../../../src/models/discriminative/supersimplenet.js';
import { UpscaledFeatures } from '../../../src/models/discriminative/upscaled-features.js';
import { resample } from '../../../src/ops/resample.js';
import { silent } from '../../../src/runtime/progress.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { createTrainer } from '../../../src/workbench/training/create-trainer.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { sourceOf, toyPicture } from '../../support/toy-pictures.js';
import { worst } from '../../support/worst.js';

onEveryBackend('SuperSimpleNet', () => {
  it(
    'learns from labelled defects, and leaves nothing but what it learned',
    leavesNoTensors(async () => {
      const backbone = { name: 'filterbank', stride: 16, levels: 3 } as const;
      const params = decode(
        SuperSimpleNetParams,
        {
          ...{ backbone, hidden_dim: 8, cls_dim: 2, resize: { mode: 'stretch', size: { height: 48, width: 64 } } },
          training: { epochs: 2, batch_size: 3 },
        },
        'params',
      );
      const fitted = async (labelled: boolean) => {
        const detector = new SuperSimpleNet(params, new FilterbankExtractor(backbone));
        const good = [0, 1, 2].map((i) => sourceOf(toyPicture(i)));
        const bad = [{ source: sourceOf(toyPicture(9, { defect: 14 })), maskPath: null }];
        const defects = await DefectFitSource.of(bad, detector.input, { batchSize: 8, tiles: null });
        const taught = labelled ? { defects } : {};
        const source = new PictureFitSource(good, detector.input, 8);
        await detector.fit(source, { seed: 1, progress: silent, train: createTrainer(), ...taught });
        expect(defects.pixelHashes).to.have.length(labelled ? 1 : 0);
        const pixels = tf.fill([1, 48, 64, 3], 90) as ReturnType<typeof tf.tensor4d>;
        const { scores, maps } = await detector.score({ pixels, sources: ['grey'], sizes: [] });
        const [score] = await scores.data();
        tf.dispose([pixels, scores, maps!]);
        detector.dispose();
        return score;
      };
      expect(await fitted(true)).to.not.equal(await fitted(false));
    }),
  );

  it(
    'sees places on the grid of the finest layer, or on one so many times as fine',
    leavesNoTensors(async () => {
      const extractor = new FilterbankExtractor({ name: 'filterbank', stride: 8, levels: 2 });
      const pixels = tf.tidy(() => tf.stack([tf.tensor3d(Float32Array.from(toyPicture(1).rgb), [48, 64, 3])]));
      const layers = framedFeatures(extractor, frameWidth(extractor, null), pixels as Tensor4D);
      for (const finer of [1, 2]) {
        const features = new UpscaledFeatures(extractor, null, null, finer);
        const got = features.embed(pixels as Tensor4D);
        expect(got.shape).to.deep.equal([1, 6 * finer, 8 * finer, features.width]);
        // The middle of nine places whose means are those of the layer, each brought to the grid alone.
        const wanted = tf.tidy(() => {
          const size = { height: 6 * finer, width: 8 * finer };
          const joined = tf.concat(
            layers.map((layer) => resample(layer, size, { interpolation: 'bilinear' })),
            3,
          );
          return joined.slice([0, 1, 2, 0], [1, 3, 3, -1]).mean([1, 2]);
        });
        const place = got.slice([0, 2, 3, 0], [1, 1, 1, -1]);
        expect(worst(await place.data(), await wanted.data())).to.be.below(1e-5);
        tf.dispose([got, wanted, place]);
        features.dispose();
      }
      tf.dispose([pixels, layers]);
      extractor.dispose();
    }),
  );
});
