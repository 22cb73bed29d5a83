import { expect } from 'chai';
import { pdn } from '../../../src/models/backbones/pdn.js';
import { matchParameters } from '../../../src/models/weights/match-parameters.js';
import { tf } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { checkpointOf } from '../../support/golden-backbones.js';
import { hashedValues } from '../../support/hash-weights.js';

/** Channels, height, width. */
interface Volume {
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly data: Float32Array;
}

/** torch's `Conv2d` in plain numbers. */
function convolution(x: Volume, filter: Float32Array, bias: Float32Array, size: number, pad: number): Volume {
  const [c, h, w] = [bias.length, x.h + 2 * pad - size + 1, x.w + 2 * pad - size + 1];
  const data = new Float32Array(c * h * w);
  for (let o = 0; o < c; o++) {
    for (let p = 0; p < h * w; p++) {
      let sum = bias[o];
      for (let i = 0; i < x.c; i++) {
        for (let k = 0; k < size * size; k++) {
          const [y, z] = [Math.floor(p / w) + Math.floor(k / size) - pad, (p % w) + (k % size) - pad];
          if (y < 0 || z < 0 || y >= x.h || z >= x.w) continue;
          sum += filter[(o * x.c + i) * size * size + k] * x.data[(i * x.h + y) * x.w + z];
        }
      }
      data[o * h * w + p] = sum;
    }
  }
  return { c, h, w, data };
}

/** torch's `AvgPool2d(2, 2, padding=1)`: the zeros of the padding count. */
function pool(x: Volume): Volume {
  const [h, w] = [Math.floor(x.h / 2) + 1, Math.floor(x.w / 2) + 1];
  const at = (c: number, y: number, z: number) =>
    y < 0 || z < 0 || y >= x.h || z >= x.w ? 0 : x.data[(c * x.h + y) * x.w + z];
  const data = Float32Array.from({ length: x.c * h * w }, (_, i) => {
    const [c, y, z] = [Math.floor(i / (h * w)), 2 * Math.floor((i % (h * w)) / w) - 1, 2 * (i % w) - 1];
    return (at(c, y, z) + at(c, y, z + 1) + at(c, y + 1, z) + at(c, y + 1, z + 1)) / 4;
  });
  return { ...x, h, w, data };
}

const relu = (x: Volume): Volume => ({ ...x, data: x.data.map((v) => Math.max(0, v)) });

onEveryBackend('the patch description network', (backend) => {
  if (backend === 'cpu') return;
  it(
    'equals a plain computation, on a grid of every fourth pixel',
    leavesNoTensors(async () => {
      const network = pdn({ size: 'small', naming: 'sequential' });
      const values = (name: string) => {
        const { shape } = network.parameters.find((parameter) => parameter.name === name)!;
        const fan = shape.slice(1).reduce((a, b) => a * b, 1);
        return hashedValues({ name, shape, rule: shape.length === 1 ? '0.1*s' : `sqrt(6/${fan})*s` });
      };
      const [h, w] = [8, 12];
      const x: Volume = { c: 3, h, w, data: hashedValues({ name: 'x', shape: [3, h, w], rule: '2*s' }) };
      const conv = (v: Volume, name: number, size: number, pad: number) =>
        convolution(v, values(`${name}.weight`), values(`${name}.bias`), size, pad);
      const middle = pool(relu(conv(pool(relu(conv(x, 0, 4, 3))), 3, 4, 3)));
      const want = conv(relu(conv(middle, 6, 3, 1)), 8, 4, 0);

      const checkpoint = checkpointOf(
        network.parameters.map(({ name, shape }) => ({ name, shape, values: () => values(name) })),
      );
      const loaded = network.load(matchParameters(checkpoint, network.parameters, network.dropped), ['features']);
      const input = tf.tidy(() => tf.tensor4d(x.data, [1, 3, h, w]).transpose([0, 2, 3, 1]));
      const [features] = loaded.apply(input as Parameters<typeof loaded.apply>[0]);
      expect(features.shape).to.deep.equal([1, h / 4, w / 4, 384]);
      const turned = tf.tidy(() => features.transpose([0, 3, 1, 2]));
      const got = await turned.data();
      got.forEach((value, i) => expect(value).to.be.closeTo(want.data[i], 1e-4));
      tf.dispose([input, features, turned]);
      loaded.dispose();
    }),
  );

  it('has the same layers under both namings', () => {
    for (const size of ['small', 'medium'] as const) {
      const [a, b] = (['sequential', 'named'] as const).map((naming) =>
        pdn({ size, naming }).parameters.map((p) => p.shape),
      );
      expect(a).to.deep.equal(b);
    }
    const names = pdn({ size: 'medium', naming: 'sequential' }).parameters.map(({ name }) => name);
    expect(names.filter((name) => name.endsWith('weight'))).to.deep.equal(
      [0, 3, 6, 8, 10, 12].map((i) => `${i}.weight`),
    );
  });
});
