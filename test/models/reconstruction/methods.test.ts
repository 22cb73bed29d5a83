import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { begin, scoring, type Values } from '../../../src/models/nets/module.js';
import { DenoisingUnetParams } from '../../../src/models/reconstruction/denoising-unet-params.js';
import { denoisingUnetMethod } from '../../../src/models/reconstruction/denoising-unet.js';
import type { ReconstructionMethod } from '../../../src/models/reconstruction/reconstruction-method.js';
import { SsimAutoencoderParams } from '../../../src/models/reconstruction/ssim-autoencoder-params.js';
import { ssimAutoencoderMethod } from '../../../src/models/reconstruction/ssim-autoencoder.js';
import { VaeParams } from '../../../src/models/reconstruction/vae-params.js';
import { vaeMethod } from '../../../src/models/reconstruction/vae.js';
import { VqvaeParams } from '../../../src/models/reconstruction/vqvae-params.js';
import { vqvaeMethod } from '../../../src/models/reconstruction/vqvae.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { createTrainer } from '../../../src/workbench/training/create-trainer.js';
import { silent } from '../../../src/runtime/progress.js';
import { trainingRule } from '../../../src/config/training-rule.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';

const METHODS: Readonly<Record<string, ReconstructionMethod>> = {
  vae_conv: vaeMethod(decode(VaeParams, { width: 2, levels: 2, latent: 2, beta: 0.1 }, 'vae')),
  vqvae_conv: vqvaeMethod(decode(VqvaeParams, { width: 2, levels: 2, latent: 2, codes: 4 }, 'vqvae')),
  ssim_autoencoder: ssimAutoencoderMethod(decode(SsimAutoencoderParams, { width: 2, levels: 2, latent: 2 }, 'ssim')),
  'ssim_autoencoder, squared error': ssimAutoencoderMethod(
    decode(SsimAutoencoderParams, { width: 2, levels: 2, latent: 2, loss: 'l2' }, 'ssim'),
  ),
  ae_resnet_unet: denoisingUnetMethod(decode(DenoisingUnetParams, { width: 2, levels: 1, noise_grain: 4 }, 'unet')),
};

/** Stripes of two widths, so that there is something to learn. */
function stripes(): Tensor4D {
  const at = (n: number, y: number, x: number, c: number) => 0.5 + 0.4 * Math.sin((x + n * y + c) / (1 + n));
  const values = [0, 1].flatMap((n) => grid(12, (y) => grid(12, (x) => grid(3, (c) => at(n, y, x, c)))));
  return tf.tensor4d(values.flat(3), [2, 12, 12, 3]);
}

function grid<T>(length: number, fn: (i: number) => T): T[] {
  return Array.from({ length }, (_, i) => fn(i));
}

/** What rectifiers see lies well above zero: finite differences across a kink say nothing. */
function awayFromKinks(values: Values): Values {
  const moved = Object.entries(values).map(([name, value]) => {
    if (!/(norm\d?|stem|widen)\.bias$/.test(name)) return [name, value];
    value.dispose();
    return [name, tf.fill(value.shape, 4)];
  });
  return Object.fromEntries(moved) as Values;
}

onEveryBackend('reconstruction', () => {
  for (const [name, method] of Object.entries(METHODS)) {
    const drawn = (x: Tensor4D) => method.draw?.(x.shape, new Random(3), null) ?? [];

    it(
      `${name}: the loss has the gradients of finite differences`,
      leavesNoTensors(async () => {
        const x = stripes();
        const noise = drawn(x);
        const values = awayFromKinks(begin(method.trained, new Random(1)));
        const statistics = begin(method.statistics, new Random(1));
        const loss = (at: Values) =>
          method.loss(x, noise, { values: { ...statistics, ...at }, training: true, carry() {} }).total;
        // Straight through the choice of an entry is no slope of the loss: what lies before it is left out.
        const checked = Object.entries(values).filter(
          ([key]) => !name.startsWith('vqvae') || /^(decoder|widen)/.test(key),
        );
        const others = Object.fromEntries(
          Object.entries(values).filter(([key]) => !checked.some(([one]) => one === key)),
        );
        await expectGradients((at) => loss({ ...others, ...at }), Object.fromEntries(checked), {
          step: 3e-2,
          tolerance: 0.05,
          most: 2,
        });
        tf.dispose([x, noise, values, statistics]);
      }),
    );

    it(
      `${name}: the loss falls, and a picture is scored alone as among others`,
      leavesNoTensors(async () => {
        const x = stripes();
        const { values, epochs } = await createTrainer()(
          {
            name,
            rule: decode(trainingRule({ epochs: 8, lr: 1e-2, optimizer_name: 'adam' }), {}, 'training'),
            start: begin(method.trained, new Random(1)),
            statistics: begin(method.statistics, new Random(1)),
            stepsPerEpoch: 1,
            batches: async function* () {
              yield [x.clone(), ...drawn(x)];
            },
            loss: ([pixels, ...noise], pass) => method.loss(pixels as Tensor4D, noise, pass),
          },
          { seed: 0, progress: silent },
        );
        expect(epochs[7].loss).to.be.below(epochs[0].loss);
        const together = method.map(x, scoring(values));
        const one = x.slice(1, 1);
        const alone = method.map(one, scoring(values));
        const apart = tf.tidy(() => together.slice(1, 1).sub(alone).abs().max());
        expect(together.shape).to.deep.equal([2, 12, 12]);
        expect((await apart.data())[0]).to.be.below(1e-5);
        tf.dispose([x, one, together, alone, apart, values]);
      }),
    );
  }
});
