import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { expectClose } from './expect-close.js';
import { convolve, type Geometry, numbers, numericGradient } from './plain.js';

type Pad = number | 'same' | 'valid' | [[number, number], [number, number], [number, number], [number, number]];

const CASES: { title: string; pad: Pad; last: number; geometry: Geometry }[] = [
  {
    title: '3x3, 1 pixel',
    pad: 1,
    last: 2,
    geometry: { input: [2, 4, 5, 2], filter: [3, 3], stride: [1, 1], pad: [1, 1, 1, 1] },
  },
  {
    title: '3x3, stride 2, 1 pixel',
    pad: 1,
    last: 3,
    geometry: { input: [1, 6, 5, 2], filter: [3, 3], stride: [2, 2], pad: [1, 1, 1, 1] },
  },
  {
    title: '2x2, stride 2, valid, a row left over',
    pad: 'valid',
    last: 2,
    geometry: { input: [1, 5, 4, 3], filter: [2, 2], stride: [2, 2], pad: [0, 0, 0, 0] },
  },
  {
    title: '3x3, same',
    pad: 'same',
    last: 1,
    geometry: { input: [1, 3, 4, 2], filter: [3, 3], stride: [1, 1], pad: [1, 1, 1, 1] },
  },
  {
    title: '4x4, stride 2, same',
    pad: 'same',
    last: 2,
    geometry: { input: [1, 6, 6, 2], filter: [4, 4], stride: [2, 2], pad: [1, 1, 1, 1] },
  },
  {
    title: '1x1, valid',
    pad: 'valid',
    last: 3,
    geometry: { input: [2, 3, 3, 2], filter: [1, 1], stride: [1, 1], pad: [0, 0, 0, 0] },
  },
  {
    title: '3x3, 2 pixels',
    pad: 2,
    last: 1,
    geometry: { input: [1, 3, 3, 1], filter: [3, 3], stride: [1, 1], pad: [2, 2, 2, 2] },
  },
  {
    title: '3x3, uneven frame',
    pad: [
      [0, 0],
      [1, 0],
      [2, 1],
      [0, 0],
    ],
    last: 2,
    geometry: { input: [1, 4, 4, 2], filter: [3, 3], stride: [1, 1], pad: [1, 0, 2, 1] },
  },
];

onEveryBackend('convolution', () => {
  for (const depthwise of [false, true]) {
    for (const { title, pad, last, geometry } of CASES) {
      const name = `${depthwise ? 'depthwise ' : ''}${title}`;
      const filterShape: [number, number, number, number] = [...geometry.filter, geometry.input[3], last];
      const x = numbers(geometry.input.reduce((a, b) => a * b, 1));
      const f = numbers(
        filterShape.reduce((a, b) => a * b, 1),
        3,
      );
      const run = (picture: Tensor4D, filter: Tensor4D): Tensor4D =>
        depthwise
          ? tf.depthwiseConv2d(picture, filter, geometry.stride, pad as 'same')
          : tf.conv2d(picture, filter, geometry.stride, pad as 'same');
      const weights = numbers(convolve(x, f, geometry, last, depthwise).length, 2);

      it(
        `${name}: values`,
        leavesNoTensors(async () => {
          const out = tf.tidy(() => run(tf.tensor4d(x, geometry.input), tf.tensor4d(f, filterShape)));
          expectClose(await out.data(), convolve(x, f, geometry, last, depthwise));
          out.dispose();
        }),
      );

      it(
        `${name}: gradients`,
        leavesNoTensors(async () => {
          const [dx, df] = tf.tidy(() =>
            tf.grads((picture, filter) => {
              const out = run(picture as Tensor4D, filter as Tensor4D);
              return out.mul(tf.tensor4d(weights, out.shape)).sum();
            })([tf.tensor4d(x, geometry.input), tf.tensor4d(f, filterShape)]),
          );
          const byPicture = (values: number[]) => convolve(values, f, geometry, last, depthwise);
          const byFilter = (values: number[]) => convolve(x, values, geometry, last, depthwise);
          expectClose(await dx.data(), numericGradient(byPicture, x, weights), 1e-4);
          expectClose(await df.data(), numericGradient(byFilter, f, weights), 1e-4);
          tf.dispose([dx, df]);
        }),
      );
    }
  }

  it(
    'from one channel to one, again and again: gradients',
    leavesNoTensors(async () => {
      const geometry: Geometry = { input: [1, 7, 7, 1], filter: [5, 5], stride: [1, 1], pad: [0, 0, 0, 0] };
      for (let round = 0; round < 8; round++) {
        const [x, f, weights] = [numbers(49), numbers(25, 3 + round), numbers(9, 20 + round)];
        const dx = tf.tidy(() =>
          tf.grad((picture) =>
            tf
              .conv2d(picture as Tensor4D, tf.tensor4d(f, [5, 5, 1, 1]), 1, 'valid')
              .mul(tf.tensor4d(weights, [1, 3, 3, 1]))
              .sum(),
          )(tf.tensor4d(x, [1, 7, 7, 1])),
        );
        expectClose(
          await dx.data(),
          numericGradient((values) => convolve(values, f, geometry, 1, false), x, weights),
          1e-4,
        );
        dx.dispose();
      }
    }),
  );

  it(
    'fused with a bias and an activation, 1 pixel',
    leavesNoTensors(async () => {
      const geometry: Geometry = { input: [1, 4, 4, 2], filter: [3, 3], stride: [1, 1], pad: [1, 1, 1, 1] };
      const [x, f] = [numbers(32), numbers(54, 3)];
      const out = tf.tidy(() =>
        tf.fused.conv2d({
          x: tf.tensor4d(x, geometry.input),
          filter: tf.tensor4d(f, [3, 3, 2, 3]),
          strides: 1,
          pad: 1,
          bias: tf.tensor1d([0.5, -0.5, 0]),
          activation: 'relu',
        }),
      );
      const bias = [0.5, -0.5, 0];
      expectClose(
        await out.data(),
        convolve(x, f, geometry, 3, false).map((v, i) => Math.max(0, v + bias[i % 3])),
      );
      out.dispose();
    }),
  );
});
