import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { networkOf } from '../../../src/models/backbones/architectures.js';
import { matchParameters } from '../../../src/models/weights/match-parameters.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { goldenBackbones, hashedCheckpoint } from '../../support/golden-backbones.js';
import { hashedValues } from '../../support/hash-weights.js';
import { keyList, type ListedTensor } from '../../support/key-lists.js';

interface Recorded {
  readonly shape: readonly [number, number, number];
  readonly mean: number;
  readonly absmean: number;
  /** Of the first channels in the first corner, and of the last channels in the last one. */
  readonly first: readonly number[];
  readonly last: readonly number[];
}
const recorded = JSON.parse(readFileSync(join(goldenBackbones, 'same_padding.json'), 'utf8')) as Record<
  string,
  Record<string, Recorded>
>;

/** How the values of a tensor were made where the outputs were recorded. */
function ruleOf({ name, shape }: ListedTensor): string {
  if (name.endsWith('num_batches_tracked')) return '0';
  if (name.endsWith('running_mean')) return '0.1*s';
  if (name.endsWith('running_var') || (shape.length === 1 && name.endsWith('.weight'))) return '0.5+u';
  return shape.length === 1 ? '0.2*s' : `sqrt(6/${shape.slice(1).reduce((a, b) => a * b, 1)})*s`;
}

onEveryBackend('networks that TensorFlow trained', (backend) => {
  if (backend === 'cpu') return;
  for (const [arch, list] of [
    ['tf_efficientnet_b0', 'timm/efficientnet_b0'],
    ['tf_mobilenetv3_small_100', 'timm/mobilenetv3_small_100'],
  ] as const) {
    it(
      `pad as it does, also at odd sizes (${arch})`,
      leavesNoTensors(async () => {
        const network = networkOf({ id: arch, arch, naming: 'timm' });
        const checkpoint = hashedCheckpoint(keyList(list).map((tensor) => ({ ...tensor, rule: ruleOf(tensor) })));
        const layers = Object.keys(recorded[arch]);
        const loaded = network.load(matchParameters(checkpoint, network.parameters, network.dropped), layers);
        const input = hashedValues({ name: 'input', shape: [1, 3, 37, 46], rule: 's' });
        const x = tf.tidy(() => tf.tensor4d(input, [1, 3, 37, 46]).transpose([0, 2, 3, 1]) as Tensor4D);
        const outputs = loaded.apply(x);
        for (const [i, output] of outputs.entries()) {
          const want = recorded[arch][layers[i]];
          expect(output.shape, layers[i]).to.deep.equal([1, ...want.shape]);
          const values = await output.data<'float32'>();
          const mean = (f: (v: number) => number) => values.reduce((sum, v) => sum + f(v), 0) / values.length;
          const got = [mean((v) => v), mean(Math.abs), ...values.slice(0, 4), ...values.slice(-4)];
          const wanted = [want.mean, want.absmean, ...want.first, ...want.last];
          got.forEach((value, k) => expect(value, layers[i]).to.be.closeTo(wanted[k], 1e-5));
        }
        tf.dispose([x, ...outputs]);
        loaded.dispose();
      }),
    );
  }
});
