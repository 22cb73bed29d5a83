import { resample } from '../../ops/resample.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';
import { convolution } from '../nets/convolution.js';
import type { Pass } from '../nets/module.js';
import { constant } from '../nets/starts.js';
import type { MakeSubnet } from './subnet.js';

/** Of the leaky rectifier. */
const SLOPE = 0.1;
const SCALES = [0, 1, 2];

/**
 * The subnet of CS-Flow (figure 4 of the paper): two convolutions a scale, and between them every scale tells its neighbours, which are
 * half and twice as large. What comes out is taken times a learned factor a scale, which begins at 0: the block begins as the identity.
 *
 * @param size side of all filters, odd
 * @param hidden channels between the convolutions
 */
export function crossScaleSubnet(size: number, hidden: number): MakeSubnet {
  return (name, from, to) => {
    const layer = (key: string, channels: [number, number], stride = 1) =>
      convolution({
        ...{ name: `${name}.${key}`, from: channels[0], to: channels[1], size, stride },
        ...{ pad: (size - 1) / 2, start: 'torch' },
      });
    const first = SCALES.map((scale) => layer(`in${scale}`, [from, hidden]));
    const own = SCALES.map((scale) => layer(`out${scale}`, [hidden, to]));
    const up = [1, 2].map((scale) => layer(`up${scale}${scale - 1}`, [hidden, to]));
    const down = [0, 1].map((scale) => layer(`down${scale}${scale + 1}`, [hidden, to], 2));
    const gains = SCALES.map((scale) => `${name}.gain${scale}`);

    const said = (heard: readonly Tensor4D[], scale: number, pass: Pass): Tensor4D => {
      let sum = own[scale].apply(heard[scale], pass);
      if (scale > 0) sum = sum.add(down[scale - 1].apply(heard[scale - 1], pass));
      if (scale < SCALES.length - 1) {
        const [, height, width] = heard[scale].shape;
        const enlarged = resample(heard[scale + 1], { height, width }, { interpolation: 'bilinear' });
        sum = sum.add(up[scale].apply(enlarged, pass));
      }
      return sum.mul(pass.values[gains[scale]]);
    };
    return {
      trained: [
        ...[...first, ...own, ...up, ...down].flatMap((module) => module.trained),
        ...gains.map((gain) => constant(gain, [1], 0)),
      ],
      apply: (x, pass) =>
        tf.tidy(() => {
          const heard = x.map((scale, i) => tf.leakyRelu(first[i].apply(scale, pass), SLOPE));
          return SCALES.map((scale) => said(heard, scale, pass));
        }),
    };
  };
}
