import { tf, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import type { Pass } from '../nets/module.js';
import { constant } from '../nets/starts.js';
import type { Flow } from './flow.js';

/** Of the softplus that keeps the scale positive; with it the scale changes as slowly as FrEIA's does. */
const SHARPNESS = 0.5;
const GAIN = 0.1;

/** A learned positive scale and an offset for every channel, which begin as the identity (FrEIA's global affine transform). */
export function channelScale(name: string, channels: number): Flow {
  const [scaleKey, offsetKey] = [`${name}.scale`, `${name}.offset`];
  const scaleOf = ({ values }: Pass) =>
    tf.tidy(() => tf.softplus(values[scaleKey].mul(SHARPNESS)).mul<Tensor1D>(GAIN / SHARPNESS));
  return {
    trained: [
      constant(scaleKey, [channels], Math.log(Math.expm1(SHARPNESS / GAIN)) / SHARPNESS),
      constant(offsetKey, [channels], 0),
    ],
    statistics: [],
    forward: (x, pass) => {
      const [z, logDet] = tf.tidy(() => {
        const scale = scaleOf(pass);
        const out = x.map((part) => part.mul(scale).add<Tensor4D>(pass.values[offsetKey]));
        const places = x.reduce((sum, { shape: [, h, w] }) => sum + h * w, 0);
        const logDet = scale.log().sum().mul(places);
        return [out, tf.ones([x[0].shape[0]]).mul<Tensor1D>(logDet)];
      });
      return { z, logDet };
    },
    inverse: (z, pass) =>
      tf.tidy(() => {
        const scale = scaleOf(pass);
        return z.map((part) => part.sub(pass.values[offsetKey]).div<Tensor4D>(scale));
      }),
  };
}
