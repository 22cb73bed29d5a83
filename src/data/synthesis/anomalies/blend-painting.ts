import { spreadMask } from '../spread-mask.js';
import type { Host, Painting } from './painting.js';
import { solvePoisson } from './solve-poisson.js';

export const BLENDS = ['alpha', 'seamless', 'mixed'] as const;
export type Blend = (typeof BLENDS)[number];

/** Cover below which a pixel is not part of the defect at all. */
const TRACE = 0.02;

/**
 * Lays a defect on its host. `alpha` mixes by cover. `seamless` keeps the gradients of the defect and meets the host at its rim; `mixed` lets
 * the pattern of the host shine through as well. The defect stays where it was painted, so that its mask is right.
 *
 * @param strength 0..1, by which the cover is multiplied; of no effect on optical changes, which are not mixed
 * @param roi 1 where the picture may change; null = everywhere
 * @returns the new picture, R G B from 0 to 1
 */
export function blendPainting(
  host: Host,
  painting: Painting,
  { blend, strength, roi }: { readonly blend: Blend; readonly strength: number; readonly roi: Uint8Array | null },
): Float32Array {
  const { paint, cover, isOptical = false, context } = painting;
  const factor = isOptical ? 1 : strength;
  const mixed = host.rgb.slice();
  for (let i = 0; i < cover.length; i++) {
    const part = roi?.[i] === 0 ? 0 : factor * cover[i];
    if (part === 0) continue;
    for (let c = 3 * i; c < 3 * i + 3; c++) mixed[c] += part * (paint[c] - mixed[c]);
  }
  if (blend === 'alpha' || isOptical) return mixed;
  const region =
    context?.slice() ??
    spreadMask(
      Uint8Array.from(cover, (part) => (part > TRACE ? 1 : 0)),
      host,
      1,
    );
  if (roi !== null) region.forEach((inside, i) => (region[i] = inside & roi[i]));
  const seamless = solvePoisson(host.rgb, context === undefined ? mixed : paint, region, host, blend === 'mixed');
  if (context === undefined || factor === 1) return seamless;
  return seamless.map((value, i) => host.rgb[i] + factor * (value - host.rgb[i]));
}
