import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { PictureFitSource } from '../../../src/inference/fit-source.js';
import { FilterbankExtractor } from '../../../src/models/backbones/filterbank.js';
import { deviationLoss } from '../../../src/models/discriminative/deviation-loss.js';
import { devNetwork } from '../../../src/models/discriminative/devnet-network.js';
import { DevNetParams } from '../../../src/models/discriminative/devnet-params.js';
import { DevNet } from '../../../src/models/discriminative/devnet.js';
import { begin } from '../../../src/models/nets/module.js';
import { Random } from '../../../src/runtime/random.js';
import { silent } from '../../../src/runtime/progress.js';
import { tf, type Tensor1D, type Tensor4D } from '../../../src/runtime/tf.js';
import { createTrainer } from '../../../src/workbench/training/create-trainer.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';
import { sourceOf, toyPicture } from '../../support/toy-pictures.js';

/** What numpy gives in float64, with the standard deviation of a sample, as the published code. */
const { deviation } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/discriminative/losses.json'), 'utf8'),
) as { deviation: Record<'reference' | 'labels' | 'scores', number[]> & Record<'margin' | 'loss', number> };

onEveryBackend('DevNet', () => {
  it(
    "has the published code's deviation loss, with the gradients of finite differences",
    leavesNoTensors(async () => {
      const { reference, labels, scores, margin } = deviation;
      const [prior, truth, at] = [reference, labels, scores].map((values) => tf.tensor1d(values));
      const loss = deviationLoss(at, truth, prior, margin);
      expect((await loss.data())[0]).to.be.closeTo(deviation.loss, 1e-5);
      await expectGradients((values) => deviationLoss(values.at as Tensor1D, truth, prior, margin), { at });
      tf.dispose([prior, truth, at, loss]);
    }),
  );

  it(
    'learns through the highest places of every picture',
    leavesNoTensors(async () => {
      const net = devNetwork({ hidden_dim: 4, score_top: 0.2, margin: 5, prior_scores: 20 }, 3);
      const values = begin(net.modules[0].trained, new Random(4));
      const features = tf.tensor4d(
        Float32Array.from({ length: 3 * 3 * 4 * 3 }, (_, i) => Math.sin(1.7 * i) + (i % 3)),
        [3, 3, 4, 3],
      );
      const batch = { features, masks: tf.zeros([3, 3, 4, 1]) as Tensor4D, labels: tf.tensor1d([0, 1, 1]) };
      const drawn = net.draw(new Random(1), features.shape);
      const loss = (at: typeof values) =>
        tf.tidy(() => net.loss(batch, drawn, { values: at, training: true, carry: () => undefined }).total);
      await expectGradients(loss, values, { step: 2e-3, tolerance: 0.03, most: 4 });
      tf.dispose([values, { ...batch }, drawn]);
    }),
  );

  it(
    'says in one sentence that it cannot do without labelled defects',
    leavesNoTensors(async () => {
      const backbone = { name: 'filterbank', stride: 16, levels: 1 } as const;
      const params = decode(DevNetParams, { backbone }, 'params');
      const detector = new DevNet(params, new FilterbankExtractor(backbone));
      const source = new PictureFitSource([sourceOf(toyPicture(0))], detector.input, 8);
      const fit = detector.fit(source, { seed: 1, progress: silent, train: createTrainer() });
      const error: Error = await fit.then(
        () => expect.fail('it was fitted'),
        (reason) => reason,
      );
      expect(error.message).to.equal(
        'vision_devnet: learns from labelled defects beside good pictures, but there are none',
      );
      detector.dispose();
    }),
  );
});
