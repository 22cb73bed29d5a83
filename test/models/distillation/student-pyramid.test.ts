import { expect } from 'chai';
import { resnet } from '../../../src/models/backbones/resnet.js';
import type { Tap } from '../../../src/models/backbones/extractor.js';
import { studentPyramid } from '../../../src/models/distillation/student-pyramid.js';
import { begin, scoring } from '../../../src/models/nets/module.js';
import { ConfigError } from '../../../src/errors.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { worst } from '../../support/worst.js';

const width = 4;
const tap = (name: string, stride: number, channels: number): Tap => ({ name, stride, channels });

onEveryBackend('the student of STFPM', () => {
  it(
    'is a ResNet-18 where the teacher is one: its names, its shapes, its values',
    leavesNoTensors(async () => {
      const network = resnet({ block: 'basic', blocks: [2, 2, 2, 2], width, epsilon: 1e-5 });
      const layers = ['layer1', 'layer2', 'layer3'];
      const taps = layers.map((layer) => network.taps.find(({ name }) => name === layer)!);
      const student = studentPyramid(taps, width);
      const random = new Random(3);
      const used = network.parameters.filter(({ name }) => !name.startsWith('layer4'));
      const torch = new Map(
        network.parameters.map(({ name, shape }) => {
          const size = shape.reduce((a, b) => a * b, 1);
          const positive = name.endsWith('running_var');
          return [
            name,
            Float32Array.from({ length: size }, () => (positive ? random.uniform(0.5, 2) : 0.4 * random.normal())),
          ];
        }),
      );
      const names = [...student.trained, ...student.statistics].map((start) => start.name);
      expect([...names].sort()).to.deep.equal(used.map(({ name }) => name).sort());

      const values = Object.fromEntries(
        used.map(({ name, shape }) => {
          const filter = shape.length === 4;
          const tensor = tf.tidy(() => {
            const stored = tf.tensor(torch.get(name)!, [...shape]);
            return filter ? stored.transpose([2, 3, 1, 0]) : stored;
          });
          return [name, tensor as Tensor];
        }),
      );
      const x = tf.tensor4d(
        Array.from({ length: 32 * 48 * 3 }, () => random.normal()),
        [1, 32, 48, 3],
      );
      const loaded = network.load((name) => torch.get(name)!, layers);
      const [got, want] = [student.apply(x, scoring(values)), loaded.apply(x)];
      for (const i of layers.keys()) {
        expect(got[i].shape).to.deep.equal(want[i].shape);
        expect(worst(await got[i].data(), await want[i].data()), layers[i]).to.be.below(1e-5);
      }
      loaded.dispose();
      tf.dispose([x, values, got, want]);
    }),
  );

  it(
    'answers taps of any channels, in their order, several at a stride and from the stem on',
    leavesNoTensors(() => {
      const taps = [tap('deep', 16, 5), tap('stem', 2, width), tap('first', 8, 7), tap('second', 8, 3)];
      const student = studentPyramid(taps, width);
      const values = begin([...student.trained, ...student.statistics], new Random(1));
      const x = tf.zeros([2, 32, 48, 3]) as Tensor4D;
      const got = student.apply(x, scoring(values));
      expect(got.map(({ shape }) => shape)).to.deep.equal([
        [2, 2, 3, 5],
        [2, 16, 24, width],
        [2, 4, 6, 7],
        [2, 4, 6, 3],
      ]);
      tf.dispose([values, x, got]);
    }),
  );

  it('refuses features that no student of residual blocks has', () => {
    expect(() => studentPyramid([tap('patches', 14, 8)], width))
      .to.throw(ConfigError, '14')
      .with.property('message')
      .that.contains('patches');
    expect(() => studentPyramid([tap('pixels', 1, 8)], width)).to.throw(ConfigError, '2 pixels');
  });
});
