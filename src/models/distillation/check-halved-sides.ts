import type { FixedResize } from '../fixed-resize.js';
import type { Tap } from '../backbones/extractor.js';
import { checkSides } from '../check-sides.js';

/**
 * Refuses pictures whose coarsest grid cannot be halved: a bottleneck halves it, and the decoder doubles it again.
 *
 * @throws ConfigError
 */
export function checkHalvedSides(resize: FixedResize, taps: readonly Tap[]): void {
  checkSides(resize, { multiple: 2 * Math.max(...taps.map((tap) => tap.stride)) });
}
