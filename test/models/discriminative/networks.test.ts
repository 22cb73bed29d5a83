import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { FeatureBatch, FeatureNet } from '../../../src/models/discriminative/feature-net.js';
import { simpleNetwork } from '../../../src/models/discriminative/simplenet-network.js';
import { superSimpleNetwork } from '../../../src/models/discriminative/supersimplenet-network.js';
import type { Loss } from '../../../src/models/training/training-task.js';
import { begin, type Values } from '../../../src/models/nets/module.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor, type Tensor1D, type Tensor4D } from '../../../src/runtime/tf.js';
import { valueAndGradients } from '../../../src/workbench/training/value-and-gradients.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';
import { worst } from '../../support/worst.js';

const [N, H, W, WIDTH] = [3, 4, 5, 3];
const simple = simpleNetwork(
  { hidden_dim: 4, noise_std: 0.5, noise_reach: 1, margin: 0.5, adaptor_rate: 0.5, score_top: 0 },
  WIDTH,
);
const rule = {
  hidden_dim: 4,
  cls_dim: 2,
  adapt_cls_features: false,
  noise_std: 0.5,
  noise_reach: 1,
  perlin_threshold: 0.1,
  margin: 0.5,
  focal_gamma: 2,
  adaptor_rate: 0.5,
};

const { discriminator } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/discriminative/losses.json'), 'utf8'),
) as { discriminator: Record<'x' | 'w1' | 'w2', number[][]> & Record<'b1' | 'gain' | 'shift' | 'y', number[]> };

/** Two good pictures and one with a defect at its first place. */
function batchOf(): FeatureBatch {
  const features = Float32Array.from({ length: N * H * W * WIDTH }, (_, i) => Math.sin(1.7 * i) + (i % WIDTH));
  const masks = new Float32Array(N * H * W);
  masks[2 * H * W] = 1;
  return {
    features: tf.tensor4d(features, [N, H, W, WIDTH]),
    masks: tf.tensor4d(masks, [N, H, W, 1]),
    labels: tf.tensor1d([0, 0, 1]),
  };
}

function valuesOf(net: FeatureNet): { trained: Values; statistics: Values } {
  const [trained, statistics] = (['trained', 'statistics'] as const).map((kind) =>
    begin(
      net.modules.flatMap((module) => module[kind]),
      new Random(3),
    ),
  );
  return { trained, statistics };
}

const lossAt = (net: FeatureNet, batch: FeatureBatch, drawn: Tensor[], values: Values): Loss =>
  net.loss(batch, drawn, { values, training: true, carry: () => undefined });

onEveryBackend('the networks on features', () => {
  for (const [name, net, checked] of [
    ['SimpleNet', simple, ''],
    // The places' head moves the other's loss as well, which gradients do not follow: differences cannot tell the two apart.
    ['SuperSimpleNet without labelled defects', superSimpleNetwork(rule, WIDTH, false), 'picture.'],
    ['SuperSimpleNet with labelled defects', superSimpleNetwork(rule, WIDTH, true), ''],
  ] as const) {
    it(
      `the gradients of ${name} are those of finite differences`,
      leavesNoTensors(async () => {
        const batch = batchOf();
        const { trained, statistics } = valuesOf(net);
        const drawn = net.draw(new Random(2), batch.features.shape);
        // Batch normalisation takes these away again: their gradients are nothing but rounding.
        const vain = /^(adaptor|.*hidden)\.bias$/;
        const some = Object.fromEntries(
          Object.entries(trained).filter(([key]) => key.startsWith(checked) && !vain.test(key)),
        );
        const loss = (values: Values) =>
          tf.tidy(() => lossAt(net, batch, drawn, { ...trained, ...statistics, ...values }).total);
        await expectGradients(loss, some, { step: 2e-3, tolerance: 0.05, most: 3 });
        tf.dispose([{ ...batch }, trained, statistics, drawn]);
      }),
    );
  }

  it(
    'without labelled defects the head of the picture does not teach that of the places',
    leavesNoTensors(async () => {
      for (const supervised of [false, true]) {
        const net = superSimpleNetwork({ ...rule, focal_gamma: 0 }, WIDTH, supervised);
        const batch = batchOf();
        const { trained, statistics } = valuesOf(net);
        const drawn = net.draw(new Random(2), batch.features.shape);
        const tail = trained['places.tail.weight'];
        const { value, gradients } = valueAndGradients(
          () => tf.tidy(() => lossAt(net, batch, drawn, { ...trained, ...statistics }).parts!.picture_focal),
          { tail },
        );
        const slopes = await gradients[0].data();
        expect(slopes.some((slope) => slope !== 0)).to.equal(supervised);
        tf.dispose([value, gradients, { ...batch }, trained, statistics, drawn]);
      }
    }),
  );

  it(
    "judges as numpy's linear layers, batch normalisation and leaky rectifier",
    leavesNoTensors(async () => {
      const { x, w1, b1, gain, shift, w2, y } = discriminator;
      const values = tf.tidy(() => ({
        'adaptor.weight': tf.eye(3).reshape([1, 1, 3, 3]),
        'adaptor.bias': tf.zeros([3]),
        'discriminator.hidden.weight': tf.tensor(w1).reshape([1, 1, 3, 4]),
        'discriminator.hidden.bias': tf.tensor(b1),
        'discriminator.norm.weight': tf.tensor(gain),
        'discriminator.norm.bias': tf.tensor(shift),
        'discriminator.norm.running_mean': tf.zeros([4]),
        'discriminator.norm.running_var': tf.ones([4]),
        'discriminator.tail.weight': tf.tensor(w2).reshape([1, 1, 4, 1]),
      }));
      const features = tf.tensor4d(x.flat(), [1, 2, 3, 3]);
      const { maps, scores } = tf.tidy(() => ({
        ...simple.judge(features, { values, training: true, carry: () => undefined }),
      }));
      expect(worst(await maps.data(), y)).to.be.below(1e-5);
      expect((await scores.data())[0]).to.be.closeTo(Math.max(...y), 1e-5);
      tf.dispose([values, features, maps, scores]);
    }),
  );

  it(
    'SuperSimpleNet adds no noise to labelled defects, and counts no places of unknown masks',
    leavesNoTensors(async () => {
      const net = superSimpleNetwork(rule, WIDTH, true);
      const { trained, statistics } = valuesOf(net);
      const results = tf.tidy(() => {
        const { features } = batchOf();
        const labels = tf.ones([N]) as Tensor1D;
        const masks = (value: number) => tf.fill([N, H, W, 1], value) as Tensor4D;
        const drawn = (value: number) => [tf.fill([2 * N, H, W, WIDTH], value), tf.fill([2 * N, H, W, 1], value)];
        const values = { ...trained, ...statistics };
        const noisy = lossAt(net, { features, labels, masks: masks(1) }, drawn(1), values);
        const clean = lossAt(net, { features, labels, masks: masks(1) }, drawn(0), values);
        const unknown = lossAt(net, { features, labels, masks: masks(-1) }, drawn(0), values);
        return tf.stack([noisy.total, clean.total, unknown.parts!.places_focal, unknown.parts!.places_l1]);
      });
      const [noisy, clean, focal, l1] = await results.data();
      expect(noisy).to.be.closeTo(clean, 1e-5);
      expect([focal, l1]).to.deep.equal([0, 0]);
      tf.dispose([trained, statistics, results]);
    }),
  );
});
