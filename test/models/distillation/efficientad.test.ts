import { expect } from 'chai';
import { pdn } from '../../../src/models/backbones/pdn.js';
import { efficientAdLoss, type EfficientAdNetworks } from '../../../src/models/distillation/efficientad-networks.js';
import { featureAutoencoder } from '../../../src/models/distillation/feature-autoencoder.js';
import { drawJitter, jitter } from '../../../src/models/distillation/jitter.js';
import { mapQuantiles, ofOneScale } from '../../../src/models/distillation/map-scale.js';
import { meanOfHighest } from '../../../src/models/distillation/mean-of-highest.js';
import { trainedPdn } from '../../../src/models/distillation/trained-pdn.js';
import { begin, scoring, type Pass, type Values } from '../../../src/models/nets/module.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor, type Tensor4D } from '../../../src/runtime/tf.js';
import { IMAGENET, normalize } from '../../../src/ops/normalize.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';
import { worst } from '../../support/worst.js';

const training = (values: Values): Pass => ({ values, training: true, carry: () => {} });
const pictures = (side: number, n = 1) => {
  const random = new Random(7);
  return tf.tensor4d(
    Array.from({ length: n * side * side * 3 }, () => random.uniform(0, 255)),
    [n, side, side, 3],
  );
};

onEveryBackend('EfficientAD', (backend) => {
  it(
    'the mean of the values that reach a quantile, and its gradient',
    leavesNoTensors(async () => {
      const random = new Random(1);
      const values = Array.from({ length: 40 }, () => random.uniform());
      const x = tf.tensor4d(values, [2, 2, 2, 5]);
      // torch: the quantile .9 of 40 values lies at place 35.1, so the 4 above it count.
      const highest = [...values].sort((a, b) => b - a).slice(0, 4);
      const mean = meanOfHighest(x, 0.9);
      const slope = tf.tidy(() => tf.grad((y: Tensor) => meanOfHighest(y, 0.9))(x));
      expect((await mean.data())[0]).to.be.closeTo(highest.reduce((a, b) => a + b) / 4, 1e-6);
      expect(Array.from(await slope.data())).to.deep.equal(values.map((v) => (v >= highest[3] ? 0.25 : 0)));
      tf.dispose([x, mean, slope]);
    }),
  );

  for (const size of ['small', 'medium'] as const) {
    if (backend === 'tensorflow') {
      it(
        `the trained network is the published one: ${size}`,
        leavesNoTensors(async () => {
          const module = trainedPdn({ name: 't', size, width: 1, to: 384 });
          const values = begin(module.trained, new Random(2));
          const network = pdn({ size, naming: 'sequential' });
          const torch = new Map<string, Float32Array>();
          for (const [i, { name }] of network.parameters.entries()) {
            const stored = values[module.trained[i].name];
            const turned = tf.tidy(() => (stored.rank === 4 ? stored.transpose([3, 2, 0, 1]) : stored.clone()));
            torch.set(name, (await turned.data()) as Float32Array);
            turned.dispose();
          }
          const loaded = network.load((name) => torch.get(name)!, ['features']);
          const x = tf.tidy(() => pictures(32).div<Tensor4D>(128).sub<Tensor4D>(1));
          const [got, [want]] = [module.apply(x, scoring(values)), loaded.apply(x)];
          expect(got.shape).to.deep.equal([1, 8, 8, 384]);
          expect(worst(await got.data(), await want.data())).to.be.below(1e-4);
          loaded.dispose();
          tf.dispose([x, values, got, want]);
        }),
      );
    }
  }

  it(
    'the light of a picture changes as by hand, and not at all by factors of 1',
    leavesNoTensors(async () => {
      const pixels = [200, 100, 50, 0, 40, 250];
      const x = tf.tensor4d(pixels, [1, 1, 2, 3]);
      const gray = [0, 3].map((at) => 0.2989 * pixels[at] + 0.587 * pixels[at + 1] + 0.114 * pixels[at + 2]);
      const mean = (gray[0] + gray[1]) / 2;
      const rows: [number[], number[]][] = [
        [[1, 1, 1], pixels],
        [[1.2, 1, 1], pixels.map((v) => Math.min(255, 1.2 * v))],
        [[1, 0.8, 1], pixels.map((v) => 0.8 * v + 0.2 * mean)],
        [[1, 1, 0.8], pixels.map((v, i) => 0.8 * v + 0.2 * gray[i < 3 ? 0 : 1])],
      ];
      for (const [factors, wanted] of rows) {
        const f = tf.tensor2d(factors, [1, 3]);
        const got = jitter(x, f);
        expect(worst(await got.data(), wanted)).to.be.below(1e-5);
        tf.dispose([f, got]);
      }
      x.dispose();
    }),
  );

  it(
    'maps come to one scale by their quantiles',
    leavesNoTensors(async () => {
      const first = Float32Array.from({ length: 201 }, (_, i) => i);
      const second = Float32Array.from({ length: 201 }, (_, i) => 10 * i);
      const quantiles = mapQuantiles([[first.slice(0, 100), first.slice(100)], [second]]);
      expect(Array.from(await quantiles.data())).to.deep.equal([180, 199, 1800, 1990]);
      const maps = [tf.fill([1, 1, 2], 199), tf.fill([1, 1, 2], 1800)] as ReturnType<typeof tf.tensor3d>[];
      const got = ofOneScale(maps, quantiles);
      expect(worst(await got.data(), [0.05, 0.05])).to.be.below(1e-6);
      tf.dispose([quantiles, maps, got]);
    }),
  );

  it(
    'the loss has the gradients that differences show, and the autoencoder the grid of the teacher',
    leavesNoTensors(async () => {
      const rule = { size: 'small', width: 0.02 } as const;
      const teacher = trainedPdn({ ...rule, name: 'teacher', to: 2 });
      const networks: EfficientAdNetworks = {
        teacher: (x, values) => tf.tidy(() => teacher.apply(x.div<Tensor4D>(255), scoring(values))),
        student: trainedPdn({ ...rule, name: 'student', to: 4 }),
        autoencoder: featureAutoencoder({ name: 'ae', input: { height: 32, width: 32 }, width: 0.04, to: 2 }),
      };
      const { student, autoencoder } = networks;
      const start = begin([...student.trained, ...autoencoder.trained], new Random(3));
      const teacherValues = begin(teacher.trained, new Random(4));
      const scale = { mean: tf.zeros([2]), std: tf.fill([2], 0.2) } as never;
      const random = new Random(5);
      const step = {
        ...{ pixels: pictures(32, 2), factors: drawJitter(2, random), dropout: autoencoder.dropout(2, random) },
        strange: pictures(32),
      };
      const rebuilt = autoencoder.apply(step.pixels, scoring(start), null);
      expect(rebuilt.shape).to.deep.equal([2, 8, 8, 2]);
      const loss = (values: Values) => {
        const pass = training({ ...start, ...values });
        return efficientAdLoss(networks, scale, step, { pass, teacherValues, quantile: 0.9 }).total;
      };
      const said = tf.tidy(() =>
        student.apply(normalize(step.strange, IMAGENET), scoring(start)).slice([0, 0, 0, 0], [1, 8, 8, 2]),
      );
      const penalty = tf.tidy(() => {
        const rest = { pass: training(start), teacherValues, quantile: 0.9 };
        return efficientAdLoss(networks, scale, step, rest).parts!.penalty;
      });
      const squares = Array.from(await said.data(), (v) => v * v);
      const mean = squares.reduce((a, b) => a + b) / squares.length;
      expect((await penalty.data())[0]).to.be.closeTo(mean, 1e-4 * mean);

      const names = [
        'student.0.weight',
        'student.5.weight',
        'student.5.bias',
        'ae.decoder.7.weight',
        'ae.decoder.6.bias',
      ];
      const some = Object.fromEntries(names.map((name) => [name, start[name]]));
      await expectGradients(loss, some, { most: 2, step: 2e-3, tolerance: 0.05 });
      tf.dispose([start, teacherValues, scale, step, rebuilt, said, penalty]);
    }),
  );
});
