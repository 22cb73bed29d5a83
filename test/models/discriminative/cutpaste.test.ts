import { expect } from 'chai';
import { cutPaste } from '../../../src/ops/cut-paste.js';
import { cutPasteLoss, cutPasteNetwork } from '../../../src/models/discriminative/cutpaste-network.js';
import { begin, scoring, type Values } from '../../../src/models/nets/module.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';

describe('cutPaste', () => {
  const [height, width] = [40, 60];
  const rgb = Float32Array.from({ length: height * width * 3 }, (_, i) => (i * 7) % 251);

  for (const kind of ['normal', 'scar'] as const) {
    it(`${kind}: moves a piece of the stated size with nearly its own colours, and nothing else`, () => {
      for (let seed = 0; seed < 12; seed++) {
        const before = rgb.slice();
        const made = cutPaste(rgb, { height, width }, new Random(seed), kind, 255);
        expect(rgb, 'the picture').to.deep.equal(before);
        const area = made.mask.reduce((sum, v) => sum + v, 0);
        const scale = Math.min(height, width) / 256;
        // a turned patch of a few pixels is counted by the centres that it covers
        const [least, most] =
          kind === 'normal' ? [0.018, 0.165] : [0, ((25 * scale + 1) * (16 * scale + 1.5)) / (height * width)];
        expect(area / (height * width), `seed ${seed}`).to.be.within(least, most);
        made.mask.forEach((inside, i) => {
          if (inside === 1) return;
          for (let c = 0; c < 3; c++) expect(made.rgb[3 * i + c]).to.equal(rgb[3 * i + c]);
        });
        expect(Math.min(...made.rgb)).to.be.at.least(0);
        expect(Math.max(...made.rgb)).to.be.at.most(255);
      }
    });
  }

  it('keeps a grey piece grey, and a uniform picture within the change of brightness and contrast', () => {
    const gray = new Float32Array(height * width * 3).fill(128);
    for (let seed = 0; seed < 10; seed++) {
      const made = cutPaste(gray, { height, width }, new Random(seed), 'normal', 255);
      for (let i = 0; i < made.rgb.length; i += 3) {
        expect(Math.abs(made.rgb[i] - made.rgb[i + 1]) + Math.abs(made.rgb[i] - made.rgb[i + 2])).to.be.below(1e-3);
        expect(made.rgb[i]).to.be.within(113, 143);
      }
    }
  });
});

onEveryBackend('CutPaste', () => {
  const network = cutPasteNetwork({ width: 2, stages: 1, head: 3, augment: '3way' });
  const kinds = () =>
    [1, 2, 3].map((kind) =>
      tf.tensor4d(
        Float32Array.from({ length: 2 * 8 * 8 * 3 }, (_, i) => 127 + 100 * Math.sin(kind * i)),
        [2, 8, 8, 3],
      ),
    );
  const starts = [...network.features.trained, ...network.head.trained];
  const statistics = [...network.features.statistics, ...network.head.statistics];

  it(
    'has the cross entropy that plain arithmetic gives for its logits',
    leavesNoTensors(async () => {
      const values = { ...begin(starts, new Random(1)), ...begin(statistics, new Random(1)) };
      const pictures = kinds();
      const loss = cutPasteLoss(network, pictures, scoring(values));
      let sum = 0;
      for (const [kind, x] of pictures.entries()) {
        const logits = tf.tidy(() => {
          const features = network.features.apply(x, scoring(values));
          return network.head.apply(features.mean([1, 2], true) as Tensor4D, scoring(values)).reshape([2, 3]);
        });
        const rows = (await logits.array()) as number[][];
        for (const row of rows) sum += Math.log(row.reduce((all, v) => all + Math.exp(v), 0)) - row[kind];
        logits.dispose();
      }
      expect((await loss.data())[0]).to.be.closeTo(sum / 6, 1e-4);
      tf.dispose([loss, pictures, values]);
    }),
  );

  it(
    'has the gradients of finite differences',
    leavesNoTensors(async () => {
      const moved = Object.entries(begin(starts, new Random(2))).map(([name, value]) => {
        if (!/(norm|bn\d)\.bias$/.test(name)) return [name, value];
        value.dispose();
        return [name, tf.fill(value.shape, 4)];
      });
      const values = Object.fromEntries(moved) as Values;
      const fixed = begin(statistics, new Random(2));
      const pictures = kinds();
      await expectGradients((at) => cutPasteLoss(network, pictures, scoring({ ...fixed, ...at })), values, {
        step: 1e-2,
        tolerance: 0.05,
        most: 2,
      });
      tf.dispose([pictures, values, fixed]);
    }),
  );
});
