import type { Mask } from '../../inference/sinks/mask-formats.js';
import type { MaskVerdict } from './compare-stages.js';
import { shiftedMask, type ObservedRun } from './probe-record.js';

/**
 * Decides about a mask that is not the expected one: pixels may differ where the map lies within the tolerance of a level. The stages are
 * run again on the map with the tolerance added and taken off: the expected mask must lie between the two.
 *
 * @param offset the tolerance in units of the map; 0 lets nothing differ
 */
export async function judgeMask(
  observed: ObservedRun,
  place: { readonly dir: string; readonly picture: string },
  masks: { readonly expected: Mask | null; readonly got: Mask | null },
  offset: number,
): Promise<MaskVerdict> {
  const { expected, got } = masks;
  if (expected === null || got === null || expected.height !== got.height || expected.width !== got.width) {
    return { within: false, pixels: (expected ?? got)?.data.length ?? 0 };
  }
  const pixels = expected.data.filter((value, i) => value !== got.data[i]).length;
  if (offset === 0) return { within: false, pixels };
  const least = await shiftedMask(observed, place.dir, place.picture, -offset);
  const most = await shiftedMask(observed, place.dir, place.picture, offset);
  return { within: isInside(least, expected) && isInside(expected, most), pixels };
}

function isInside(inner: Mask | null, outer: Mask | null): boolean {
  return inner !== null && outer !== null && inner.data.every((value, i) => value <= outer.data[i]);
}
