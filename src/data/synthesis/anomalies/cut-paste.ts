import { cutPaste as cutAndPaste } from '../../../ops/cut-paste.js';
import { spreadMask } from '../spread-mask.js';
import type { Painter } from './painting.js';

/** A piece of the same picture where it does not belong, large or thin. */
export const cutPaste: Painter = (host, random) => {
  const kind = random.below(2) === 0 ? 'normal' : 'scar';
  const { rgb, mask } = cutAndPaste(host.rgb, host, random, kind, 1);
  return { paint: rgb, cover: Float32Array.from(mask), context: spreadMask(mask, host, 0) };
};
