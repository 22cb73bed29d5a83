import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { DraemParams } from '../../../src/models/discriminative/draem-params.js';
import { draemMethod } from '../../../src/models/discriminative/draem.js';
import { drawAnomalies, withAnomalies } from '../../../src/models/discriminative/made-up-anomalies.js';
import { begin, type Values } from '../../../src/models/nets/module.js';
import { Random } from '../../../src/runtime/random.js';
import { tf } from '../../../src/runtime/tf.js';
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
    'has a loss with the gradients of finite differences',
    leavesNoTensors(async () => {
      const method = draemMethod(decode(DraemParams, { width: 2, levels: 1, anomaly_share: 1 }, 'draem'));
      const values = smallAndAboveKinks(begin(method.trained, new Random(1)));
      const statistics = begin(method.statistics, new Random(1));
      const x = pictures();
      const drawn = method.draw!(x.shape, new Random(2));
      const loss = (at: Values) =>
        method.loss(x, drawn, { values: { ...statistics, ...at }, training: false, carry() {} }).total;
      // behind two networks some gradients are near the rounding of the loss: a rough check, beside those of all its parts
      await expectGradients(loss, values, { step: 5e-2, tolerance: 0.25, most: 1 });
      tf.dispose([x, drawn, values, statistics]);
    }),
  );
});

/** What rectifiers and maxima see lies well above zero: finite differences across a kink say nothing. */
function smallAndAboveKinks(values: Values): Values {
  const moved = Object.entries(values).map(([name, value]) => {
    const isBias = name.endsWith('norm.bias');
    if (!isBias && !name.endsWith('.weight')) return [name, value];
    if (name.endsWith('norm.weight')) return [name, value];
    const other = isBias ? tf.fill(value.shape, 4) : value.mul(0.5);
    value.dispose();
    return [name, other];
  });
  return Object.fromEntries(moved) as Values;
}
