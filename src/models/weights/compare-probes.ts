import type { Probe } from '../../config/weights-manifest.js';

/** How far a tap is from what was expected. */
export interface TapDifference {
  readonly layer: string;
  /** Relative to the largest absolute value expected; null where the shape is another one. */
  readonly difference: number | null;
  readonly ok: boolean;
}

/** Compares what a backbone gave for a probe picture with what was expected, tap by tap. */
export function compareProbes(got: Probe, expected: Probe): TapDifference[] {
  return expected.taps.map((want) => {
    const tap = got.taps.find(({ layer }) => layer === want.layer);
    const { layer, largest, shape } = want;
    if (tap?.shape.join() !== shape.join() || tap.values.length !== want.values.length) {
      return { layer, difference: null, ok: false };
    }
    const pairs = [[tap.mean, want.mean], [tap.largest, largest], ...tap.values.map((v, i) => [v, want.values[i]])];
    const difference = Math.max(...pairs.map(([a, b]) => Math.abs(a - b))) / largest;
    return { layer, difference, ok: difference <= expected.tolerance };
  });
}
