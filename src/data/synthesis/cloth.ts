import type { Mark, Point } from './marks.js';

export type Axis = 'warp' | 'weft';

/** A cloth in twill weave. */
export interface Cloth {
  readonly seed: number;
  readonly angle: number;
  readonly phase: Readonly<Record<Axis, number>>;
  readonly pitch: Readonly<Record<Axis, number>>;
  readonly tone: number;
  /** Stretches of a thread that are not there. */
  readonly gaps: readonly { axis: Axis; thread: number; from: number; to: number }[];
  /** Places where a thread is thicker, `swell` times. */
  readonly slubs: readonly { axis: Axis; thread: number; at: number; length: number; swell: number }[];
  readonly holes: readonly (Point & { radius: number })[];
  readonly marks: readonly Mark[];
}

/** Where thread number `thread` runs in the frame of the cloth, before its wobble. */
export function threadCentre(cloth: Cloth, axis: Axis, thread: number): number {
  return thread * cloth.pitch[axis] + cloth.phase[axis];
}
