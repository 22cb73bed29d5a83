import { ConfigError } from '../../errors.js';
import type { Tap } from '../backbones/extractor.js';

/** A part of a pyramid whose features lie `stride` pixels apart. */
export interface Stage {
  readonly stride: number;
  /** The tap that it answers; null where the pyramid only passes through. */
  readonly tap: Tap | null;
}

/**
 * The stages of a pyramid that answers taps, from fine to coarse: every stride from `first` on that is a power of 2, once without a tap
 * where there is none, and once a tap where there are several.
 *
 * @throws ConfigError when a tap has a stride that is no power of 2
 */
export function stagesOf(taps: readonly Tap[], first: number): Stage[] {
  for (const { name, stride } of taps) {
    if (Number.isInteger(Math.log2(stride))) continue;
    throw new ConfigError(
      `backbone.layers: a student needs features that lie a power of 2 of pixels apart, but those of "${name}" lie ${stride} apart`,
    );
  }
  const last = Math.max(...taps.map((tap) => tap.stride));
  const stages: Stage[] = [];
  for (let stride = first; stride <= last; stride *= 2) {
    const here = taps.filter((tap) => tap.stride === stride);
    stages.push(...(here.length === 0 ? [{ stride, tap: null }] : here.map((tap) => ({ stride, tap }))));
  }
  return stages;
}
