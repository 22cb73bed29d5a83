import { tf, type Tensor4D } from '../../runtime/tf.js';
import { convolution } from '../nets/convolution.js';
import type { Module } from '../nets/module.js';
import { normedConvolution, twoNormedConvolutions } from '../nets/normed-convolution.js';
import { channelsOf, doubled } from './coder.js';

export interface UnetRule {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Channels at full resolution. */
  readonly width: number;
  /** How often the grid is halved. */
  readonly levels: number;
  /** Hands every level across to the way up; without it only the deepest level knows the picture. */
  readonly skips: boolean;
}

/**
 * A U-Net (Ronneberger, Fischer, Brox, MICCAI 2015): two convolutions a level, maxima of 2 x 2 places on the way down, bilinear interpolation
 * on the way up. Its result is linear.
 *
 * @returns a module `[n, h, w, from]` -> `[n, h, w, to]`; sides are multiples of `2 ** levels`
 */
export function unet({ name, from, to, width, levels, skips }: UnetRule): Module {
  const down = Array.from({ length: levels + 1 }, (_, i) =>
    twoNormedConvolutions(`${name}.down.${i}`, i === 0 ? from : channelsOf(width, i - 1), channelsOf(width, i)),
  );
  const up = Array.from({ length: levels }, (_, i) => {
    const level = levels - 1 - i;
    const narrow = channelsOf(width, level);
    return {
      rise: normedConvolution(`${name}.rise.${i}`, channelsOf(width, level + 1), narrow),
      join: twoNormedConvolutions(`${name}.up.${i}`, skips ? 2 * narrow : narrow, narrow),
    };
  });
  const out = convolution({ name: `${name}.out`, from: width, to, size: 3, start: 'torch' });
  const modules = [...down, ...up.flatMap(({ rise, join }) => [rise, join]), out];
  return {
    trained: modules.flatMap((module) => module.trained),
    statistics: modules.flatMap((module) => module.statistics),
    apply: (x, pass) =>
      tf.tidy(() => {
        const ways: Tensor4D[] = [down[0].apply(x, pass)];
        for (const step of down.slice(1)) ways.push(step.apply(tf.maxPool(ways[ways.length - 1], 2, 2, 'valid'), pass));
        let y = ways.pop()!;
        for (const { rise, join } of up) {
          const risen = rise.apply(doubled(y), pass);
          const across = ways.pop()!;
          y = join.apply(skips ? tf.concat([across, risen], 3) : risen, pass);
        }
        return out.apply(y, pass);
      }),
  };
}
