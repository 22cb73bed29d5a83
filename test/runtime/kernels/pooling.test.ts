import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { tf } from '../../../src/runtime/tf.js';
import { expectClose } from './expect-close.js';
import { type Geometry, numbers, numericGradient, pool } from './plain.js';

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const max = (values: number[]) => Math.max(...values);

const CASES: { title: string; pad: number | 'same' | 'valid'; geometry: Geometry }[] = [
  {
    title: '3x3, 1 pixel',
    pad: 1,
    geometry: { input: [2, 4, 5, 2], filter: [3, 3], stride: [1, 1], pad: [1, 1, 1, 1] },
  },
  {
    title: '2x2, stride 2, 1 pixel',
    pad: 1,
    geometry: { input: [1, 5, 6, 3], filter: [2, 2], stride: [2, 2], pad: [1, 1, 1, 1] },
  },
  {
    title: '5x5, 2 pixels',
    pad: 2,
    geometry: { input: [1, 4, 4, 1], filter: [5, 5], stride: [1, 1], pad: [2, 2, 2, 2] },
  },
  {
    title: '3x3, same',
    pad: 'same',
    geometry: { input: [1, 4, 3, 2], filter: [3, 3], stride: [1, 1], pad: [1, 1, 1, 1] },
  },
  {
    title: '2x2, valid',
    pad: 'valid',
    geometry: { input: [1, 4, 4, 2], filter: [2, 2], stride: [2, 2], pad: [0, 0, 0, 0] },
  },
];

onEveryBackend('pooling with padding', () => {
  for (const { title, pad, geometry } of CASES) {
    const x = numbers(geometry.input.reduce((a, b) => a * b, 1));
    const kinds = [
      {
        kind: 'average',
        reduce: mean,
        run: (t: ReturnType<typeof tf.tensor4d>) => tf.avgPool(t, geometry.filter, geometry.stride, pad),
      },
      {
        kind: 'maximum',
        reduce: max,
        run: (t: ReturnType<typeof tf.tensor4d>) => tf.maxPool(t, geometry.filter, geometry.stride, pad),
      },
    ];
    for (const { kind, reduce, run } of kinds) {
      it(
        `${kind} ${title}: values`,
        leavesNoTensors(async () => {
          const out = tf.tidy(() => run(tf.tensor4d(x, geometry.input)));
          expectClose(await out.data(), pool(x, geometry, reduce));
          out.dispose();
        }),
      );

      it(
        `${kind} ${title}: gradient`,
        leavesNoTensors(async () => {
          const plain = (values: number[]) => pool(values, geometry, reduce);
          const weights = numbers(plain(x).length, 2);
          const gradient = tf.tidy(() =>
            tf.grad((t) => {
              const out = run(t as ReturnType<typeof tf.tensor4d>);
              return out.mul(tf.tensor4d(weights, out.shape)).sum();
            })(tf.tensor4d(x, geometry.input)),
          );
          expectClose(await gradient.data(), numericGradient(plain, x, weights), 1e-4);
          gradient.dispose();
        }),
      );
    }
  }
});
