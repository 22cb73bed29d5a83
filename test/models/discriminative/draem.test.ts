import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { DraemParams } from '../../../src/models/discriminative/draem-params.js';
import { Draem, draemMethod } from '../../../src/models/discriminative/draem.js';
import { drawAnomalies, withAnomalies } from '../../../src/models/discriminative/made-up-anomalies.js';
import type { FitSource } from '../../../src/models/detector.js';
import { begin, type Values } from '../../../src/models/nets/module.js';
import { silent } from '../../../src/runtime/progress.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { createTrainer } from '../../../src/workbench/training/create-trainer.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';

const [n, h, w] = [3, 12, 16];
const pictures = () =>
  tf.tensor4d(
    Float32Array.from({ length: n * h * w * 3 }, (_, i) => 0.5 + 0.4 * Math.sin(0.37 * i * i)),
    [n, h, w, 3],
  );

onEveryBackend('DRAEM', () => {
  it(
    'lays textures and shuffled blocks over the masks alone, as pixel by pixel',
    leavesNoTensors(async () => {
      const x = pictures();
      const drawn = drawAnomalies(x.shape, { share: 1, ownShare: 0.5, through: () => 0.3 }, new Random(4));
      const made = withAnomalies(x, drawn);
      const [from, to, masks, textures, through, own, order] = await Promise.all(
        [x, made, ...drawn].map((tensor) => tensor.data()),
      );
      expect(new Set(own)).to.deep.equal(new Set([0, 1]));
      // as many blocks along each side as divide it, up to 8
      const [rows, columns] = [6, 8];
      const [bh, bw] = [h / rows, w / columns];
      for (let i = 0; i < n * h * w; i++) {
        const [k, y, col] = [Math.floor(i / (h * w)), Math.floor((i % (h * w)) / w), i % w];
        const block = Math.floor(y / bh) * columns + Math.floor(col / bw);
        const source = order.slice(block * rows * columns, (block + 1) * rows * columns).indexOf(1);
        const row = Math.floor(source / columns) * bh + (y % bh);
        const column = (source % columns) * bw + (col % bw);
        for (let c = 0; c < 3; c++) {
          const blocks = from[3 * (k * h * w + row * w + column) + c];
          const texture = own[k] === 1 ? blocks : textures[3 * i + c];
          const anomaly = through[k] * from[3 * i + c] + (1 - through[k]) * texture;
          expect(to[3 * i + c]).to.be.closeTo(masks[i] === 1 ? anomaly : from[3 * i + c], 1e-5);
        }
      }
      tf.dispose([x, made, drawn]);
    }),
  );

  it(
    'takes the textures that are given, in other tones, over and over where there are few',
    leavesNoTensors(async () => {
      const rule = { share: 1, ownShare: 0, through: () => 0 };
      const given = tf.tidy(() => tf.concat([tf.fill([1, h, w, 3], 50), tf.fill([1, h, w, 3], 200)], 0) as Tensor4D);
      const drawn = drawAnomalies([n, h, w, 3], rule, new Random(4), given);
      const textures = await drawn[1].data();
      const flat = Array.from({ length: n }, (_, k) => textures.slice(k * h * w * 3, (k + 1) * h * w * 3));
      flat.forEach((values) => expect(Math.max(...values) - Math.min(...values)).to.be.below(1e-5));
      expect(flat[0][0]).to.not.be.closeTo(flat[2][0], 1e-3);
      expect(flat.every(([value]) => value >= 0 && value <= 1)).to.equal(true);
      tf.dispose([given, drawn]);
    }),
  );

  it(
    'learns from the pictures of other things that a fit is given',
    leavesNoTensors(async () => {
      const source = (value: number): FitSource => ({
        count: n,
        async *batches() {
          const pixels = value === 0 ? tf.tidy(() => pictures().mul<Tensor4D>(255)) : tf.fill([1, h, w, 3], value);
          const [count] = pixels.shape;
          const each = Array.from({ length: count }, () => ({ height: h, width: w }));
          yield { pixels: pixels as Tensor4D, sources: each.map(String), sizes: each };
        },
      });
      const keys = { resize: { mode: 'stretch', size: { height: h, width: w } }, width: 2, levels: 1, own_share: 0 };
      const rule = { ...keys, anomaly_share: 1, mean_filter: 1, training: { epochs: 1, batch_size: n } };
      const scores = [];
      for (const others of [undefined, source(200), source(200)]) {
        const detector = new Draem(decode(DraemParams, rule, 'draem'));
        await detector.fit(source(0), { seed: 1, progress: silent, train: createTrainer(), others });
        for await (const batch of source(0).batches()) {
          const scored = await detector.score(batch);
          scores.push(Array.from(await scored.scores.data()));
          tf.dispose([batch.pixels, scored.scores, scored.maps!]);
        }
        detector.dispose();
      }
      expect(scores[1]).to.deep.equal(scores[2]);
      expect(scores[1]).to.not.deep.equal(scores[0]);
    }),
  );

  it(
    'has a loss with the gradients of finite differences',
    leavesNoTensors(async () => {
      const method = draemMethod(decode(DraemParams, { width: 2, levels: 1, anomaly_share: 1 }, 'draem'));
      const values = aboveKinks(begin(method.trained, new Random(1)));
      const statistics = begin(method.statistics, new Random(1));
      const x = pictures();
      const drawn = method.draw!(x.shape, new Random(2), null);
      const loss = (at: Values) =>
        method.loss(x, drawn, { values: { ...statistics, ...at }, training: false, carry() {} }).total;
      // behind two networks gradients are small beside the rounding of the loss, and rectifiers bend it soon
      await expectGradients(loss, values, { step: 2.5e-3, tolerance: 0.1, most: 1 });
      tf.dispose([x, drawn, values, statistics]);
    }),
  );
});

/** What rectifiers and maxima see lies well above zero: finite differences across a kink say nothing. */
function aboveKinks(values: Values): Values {
  const moved = Object.entries(values).map(([name, value]) => {
    if (!name.endsWith('norm.bias')) return [name, value];
    value.dispose();
    return [name, tf.fill(value.shape, 3)];
  });
  return Object.fromEntries(moved) as Values;
}
