import { expect } from 'chai';
import type { Tap } from '../../../src/models/backbones/extractor.js';
import { bottleneck } from '../../../src/models/distillation/bottleneck.js';
import { cosineDistances } from '../../../src/models/distillation/cosine-distances.js';
import { studentDecoder } from '../../../src/models/distillation/student-decoder.js';
import { begin, type Pass, type Values } from '../../../src/models/nets/module.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Scalar, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';

const tap = (name: string, stride: number, channels: number): Tap => ({ name, stride, channels });
const training = (values: Values): Pass => ({ values, training: true, carry: () => {} });

function featuresOf(taps: readonly Tap[], side: number): Tensor4D[] {
  const random = new Random(9);
  return taps.map(({ stride, channels }) => {
    const [h, w] = [side / stride, (2 * side) / stride];
    return tf.tensor4d(
      Array.from({ length: 2 * h * w * channels }, () => random.normal()),
      [2, h, w, channels],
    );
  });
}

onEveryBackend('Reverse Distillation', () => {
  const widthOf = (width: number) => (stride: number) => (width * stride) / 4;

  it(
    'squeezes all taps into half the coarsest grid, and gives back every one of them in its place',
    leavesNoTensors(() => {
      const taps = [tap('deep', 16, 5), tap('first', 4, 3), tap('second', 4, 6)];
      const [embedding, decoder] = [bottleneck(taps, widthOf(4)), studentDecoder(taps, widthOf(4))];
      const starts = [embedding, decoder].flatMap(({ trained, statistics }) => [...trained, ...statistics]);
      expect(new Set(starts.map(({ name }) => name)).size).to.equal(starts.length);
      const values = begin(starts, new Random(1));
      const features = featuresOf(taps, 32);
      const narrow = embedding.apply(features, training(values));
      const answers = decoder.apply(narrow, training(values));
      expect(narrow.shape).to.deep.equal([2, 1, 2, 32]);
      expect(answers.map(({ shape }) => shape)).to.deep.equal(features.map(({ shape }) => shape));
      tf.dispose([values, features, narrow, answers]);
    }),
  );

  it('has the widths of a ResNet-18 turned around where the teacher is one, without 1 x 1 convolutions at the taps', () => {
    const taps = [tap('layer1', 4, 64), tap('layer2', 8, 128), tap('layer3', 16, 256)];
    const shapes = new Map(
      [...bottleneck(taps, widthOf(64)).trained, ...studentDecoder(taps, widthOf(64)).trained].map(
        ({ name, shape }) => [name, shape],
      ),
    );
    expect([...shapes.keys()].filter((name) => name.startsWith('head'))).to.deep.equal([]);
    expect(shapes.get('mff.0.0.conv.weight')).to.deep.equal([3, 3, 64, 128]);
    expect(shapes.get('mff.0.1.conv.weight')).to.deep.equal([3, 3, 128, 256]);
    expect(shapes.get('mff.1.0.conv.weight')).to.deep.equal([3, 3, 128, 256]);
    expect(shapes.get('oce.0.conv1.weight')).to.deep.equal([3, 3, 768, 512]);
    expect(shapes.get('decoder1.0.conv1.weight')).to.deep.equal([512, 4 * 256]);
    expect(shapes.get('decoder3.1.conv2.weight')).to.deep.equal([3, 3, 64, 64]);
  });

  it(
    'has a loss with the gradients that differences show',
    leavesNoTensors(async () => {
      const taps = [tap('fine', 1, 3), tap('coarse', 2, 3)];
      const [embedding, decoder] = [bottleneck(taps, widthOf(8)), studentDecoder(taps, widthOf(8))];
      const [start, statistics] = [
        begin([...embedding.trained, ...decoder.trained], new Random(2)),
        begin([...embedding.statistics, ...decoder.statistics], new Random(3)),
      ];
      const features = featuresOf(taps, 4);
      const loss = (values: Values) => {
        const pass = training({ ...statistics, ...start, ...values });
        const answers = decoder.apply(embedding.apply(features, pass), pass);
        return tf.addN(features.map((layer, i) => cosineDistances(layer, answers[i]).mean() as Scalar));
      };
      // One tensor of every part; behind batch normalisation many gradients are zero, which float32 cannot compare.
      const names = ['mff.0.0.conv', 'oce.0.conv1', 'oce.1.conv2', 'decoder1.0.conv1', 'decoder2.0.conv1', 'head0'];
      const some = Object.fromEntries(names.map((name) => [`${name}.weight`, start[`${name}.weight`]]));
      await expectGradients(loss, some, { most: 3, step: 5e-3, tolerance: 0.1 });
      tf.dispose([start, statistics, features]);
    }),
  );
});
