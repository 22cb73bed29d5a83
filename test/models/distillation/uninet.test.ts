import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Tap } from '../../../src/models/backbones/extractor.js';
import { selectFeatures } from '../../../src/models/distillation/feature-selection.js';
import { similarityLoss } from '../../../src/models/distillation/similarity-loss.js';
import { splitBlock } from '../../../src/models/distillation/split-block.js';
import { uninetNetwork } from '../../../src/models/distillation/uninet-network.js';
import { weightedDecision } from '../../../src/models/distillation/weighted-decision.js';
import { begin, scoring, type Pass, type Values } from '../../../src/models/nets/module.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Scalar, type Tensor, type Tensor1D, type Tensor4D } from '../../../src/runtime/tf.js';
import { valueAndGradients } from '../../../src/workbench/training/value-and-gradients.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';
import { worst } from '../../support/worst.js';

type Shape4 = [number, number, number, number];
type Gradients = Record<string, number[]>;

/** What torch and its autograd give for the published parts, in float64. */
const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/uninet/torch.json'), 'utf8')) as {
  selection: {
    shape: Shape4;
    answer: number[];
    prior: number[];
    gate: number[];
    weights: number[];
    values: number[];
    gradients: Gradients;
  };
  similarity: {
    shape: Shape4;
    cosine_weight: number;
    temperature: number;
    teacher: number[];
    student: number[];
    loss: number;
    gradients: Gradients;
  };
  decision: {
    layers: { shape: [number, number, number]; values: number[] }[];
    joined: number[];
    shape: [number, number, number];
    cases: { score_alpha: number; score_beta: number; scores: number[] }[];
  };
  block: {
    shape: Shape4;
    to: number;
    x: number[];
    weights: number[];
    values: Record<string, { shape: number[]; values: number[] }>;
    y: number[];
    gradients: Gradients;
  };
};

const training = (values: Values): Pass => ({ values, training: true, carry: (_, value) => value.dispose() });

/** Gradients of a loss beside recorded ones, relative to the largest of their tensor; what is 0 in float64 is rounding in float32. */
async function expectRecorded(loss: () => Scalar, at: Values, recorded: Gradients, tolerance = 2e-4): Promise<void> {
  const { value, gradients } = valueAndGradients(loss, at);
  for (const [i, name] of Object.keys(at).entries()) {
    const scale = Math.max(...recorded[name].map(Math.abs), 1e-2);
    const got = await gradients[i].data();
    const off = Math.max(...recorded[name].map((want, k) => Math.abs(got[k] - want))) / scale;
    expect(off, `gradient of ${name}`).to.be.below(tolerance);
  }
  tf.dispose([value, ...gradients] as Tensor[]);
}

onEveryBackend('UniNet', () => {
  it(
    "selects features as torch does the published rule, of priors of length 1, whatever the prior's scale",
    leavesNoTensors(async () => {
      const { shape, weights, values, gradients, ...recorded } = golden.selection;
      const [answer, prior, by] = [recorded.answer, recorded.prior, weights].map((all) => tf.tensor4d(all, shape));
      const gate = tf.tensor1d(recorded.gate);
      const larger = tf.tidy(() => prior.mul<Tensor4D>(1000));
      for (const scaled of [prior, larger]) {
        const got = selectFeatures(answer, scaled, gate);
        expect(worst(await got.data(), values)).to.be.below(1e-5);
        got.dispose();
      }
      const at: Values = { answer, prior, gate };
      const loss = () => tf.tidy(() => selectFeatures(answer, prior, gate).mul(by).sum() as Scalar);
      await expectRecorded(loss, at, gradients);
      tf.dispose([answer, prior, by, gate, larger]);
    }),
  );

  it(
    'has the loss of the published code and its gradients',
    leavesNoTensors(async () => {
      const { shape, loss: wanted, gradients, ...recorded } = golden.similarity;
      const [teacher, student] = [recorded.teacher, recorded.student].map((all) => tf.tensor4d(all, shape));
      const loss = similarityLoss(teacher, student, recorded);
      expect((await loss.data())[0]).to.be.closeTo(wanted, 1e-4);
      await expectRecorded(() => similarityLoss(teacher, student, recorded), { teacher, student }, gradients);
      tf.dispose([teacher, student, loss]);
    }),
  );

  it(
    'lets more places count where layers disagree more, as the published code does',
    leavesNoTensors(async () => {
      const { layers: recorded, joined: all, shape, cases } = golden.decision;
      const layers = recorded.map((layer) => tf.tensor3d(layer.values, layer.shape));
      const joined = tf.tensor3d(all, shape);
      for (const { scores, ...rule } of cases) {
        const got = weightedDecision(layers, joined, rule);
        expect(worst(await got.data(), scores)).to.be.below(1e-5);
        got.dispose();
      }
      tf.dispose([...layers, joined]);
    }),
  );

  it(
    'counts all layers where they agree, and one place at least',
    leavesNoTensors(async () => {
      const same = tf.tensor3d([0.5, 0.1, 0.2, 0.3, 0, 0, 0, 0], [2, 2, 2]);
      const got = weightedDecision([same, same], same, { score_alpha: 1, score_beta: 1e-6 });
      // Half of the places of the first picture, one of the second.
      expect(worst(await got.data(), [0.4, 0])).to.be.below(1e-6);
      tf.dispose([same, got]);
    }),
  );

  it(
    'has the block of the published bottleneck, on statistics of the batch',
    leavesNoTensors(async () => {
      const { shape, to, x: given, weights, values: recorded, y: wanted, gradients } = golden.block;
      const block = splitBlock({ name: 'b', from: shape[3], to, stride: 2 });
      const values = Object.fromEntries(
        Object.entries(recorded).map(([name, one]) => [name, tf.tensor(one.values, one.shape)]),
      );
      const statistics = begin(block.statistics, new Random(1));
      const x = tf.tensor4d(given, shape);
      expect(block.trained.map(({ name }) => name).sort()).to.deep.equal(Object.keys(recorded).sort());
      const y = tf.tidy(() => block.apply(x, training({ ...statistics, ...values })));
      expect(worst(await y.data(), wanted)).to.be.below(1e-4);
      const by = tf.tensor(weights, y.shape);
      const loss = () =>
        tf.tidy(
          () =>
            block
              .apply(x, training({ ...statistics, ...values }))
              .mul(by)
              .sum() as Scalar,
        );
      await expectRecorded(loss, values, gradients, 2e-3);
      tf.dispose([values, statistics, x, y, by]);
    }),
  );

  const taps: readonly Tap[] = [
    { name: 'fine', stride: 1, channels: 3 },
    { name: 'coarse', stride: 2, channels: 5 },
  ];
  const featuresOf = (): Tensor4D[] => {
    const random = new Random(9);
    return taps.map(({ stride, channels }) => {
      const [h, w] = [4 / stride, 8 / stride];
      return tf.tensor4d(
        Array.from({ length: 2 * h * w * channels }, () => random.normal()),
        [2, h, w, channels],
      );
    });
  };

  it(
    'compares either teacher with what the student makes of the other, and begins with both alike',
    leavesNoTensors(async () => {
      const network = uninetNetwork(taps, (stride) => 2 * stride);
      const values = begin([...network.trained, ...network.statistics], new Random(2));
      const features = featuresOf();
      const shapes = [...features, ...features].map(({ shape }) => shape);
      const read = async (all: readonly Tensor[]) => Promise.all(all.map(async (one) => Array.from(await one.data())));
      const before = network.pairs(features, scoring(values));
      expect(before.teachers.map(({ shape }) => shape)).to.deep.equal(shapes);
      expect(before.answers.map(({ shape }) => shape)).to.deep.equal(shapes);
      const [teachers, answers] = [await read(before.teachers), await read(before.answers)];
      expect(teachers.slice(0, 2)).to.deep.equal(teachers.slice(2));
      expect(answers.slice(0, 2)).to.deep.equal(answers.slice(2));

      const key = 'target.0.weight';
      const moved = { ...values, [key]: tf.fill([1, 1, 3, 3], 0.5) };
      const after = network.pairs(features, scoring(moved));
      const [fine, source] = [await read(after.teachers), await read(features)];
      expect(fine[0]).to.deep.equal(source[0]);
      const sums = tf.tidy(() => features[0].add(features[0].sum(3, true).mul(0.5)));
      expect(worst(fine[2], await sums.data())).to.be.below(1e-5);
      // What is to be the source's comes from the target's, which moved; what is to be the target's from the source's, but is selected by the target's.
      const now = await read(after.answers);
      expect(worst(now[0], answers[0])).to.be.above(1e-4);
      expect(worst(now[3], answers[3])).to.be.below(1e-6);
      tf.dispose([values, moved[key], features, before, after, sums] as never);
    }),
  );

  it(
    'has a loss with the gradients that differences show',
    leavesNoTensors(async () => {
      const network = uninetNetwork(taps, (stride) => 4 * stride);
      const [start, statistics] = [begin(network.trained, new Random(2)), begin(network.statistics, new Random(3))];
      const features = featuresOf();
      const loss = (values: Values) =>
        tf.tidy(() => {
          const { teachers, answers } = network.pairs(features, training({ ...statistics, ...start, ...values }));
          const rule = { cosine_weight: 0.7, temperature: 0.5 };
          return tf.addN(teachers.map((teacher, i) => similarityLoss(teacher, answers[i], rule))) as Scalar;
        });
      const names = ['target.0', 'mff.0.0.conv', 'oce.0.half1.conv1', 'oce.1.conv3', 'decoder1.0.conv1', 'head0'].map(
        (name) => `${name}.weight`,
      );
      const some = Object.fromEntries(names.map((name) => [name, start[name]]));
      // A gate away from 0, where the least of two has no kink.
      const gate = tf.fill([5], -0.7) as Tensor1D;
      start['selection.1'].dispose();
      const at = { ...some, 'selection.1': gate };
      Object.assign(start, { 'selection.1': gate });
      await expectGradients(loss, at, { most: 3, step: 5e-3, tolerance: 0.1 });
      tf.dispose([start, statistics, features]);
    }),
  );
});
