import type { Mark, Point } from './marks.js';

/** A turned steel flange in a fixture. */
export interface TurnedPart extends Point {
  readonly seed: number;
  readonly angle: number;
  /** The feed of the tool: units a turn. */
  readonly feed: number;
  readonly gloss: number;
  /** Places where the face is pushed in. */
  readonly dents: readonly (Point & { radius: number; depth: number })[];
  readonly marks: readonly Mark[];
}

/** Radii of the flange, in units from its centre. */
export const RADII = {
  rim: 86,
  rimChamfer: 83,
  step: 50,
  bore: 22,
  boreChamfer: 25,
  bolts: 67,
  bolt: 6,
  boltChamfer: 7.5,
};
const BOLTS = 6;

/** The centres of the bolt holes in the frame of the part. */
export const BOLT_CENTRES: readonly Point[] = Array.from({ length: BOLTS }, (_, i) => ({
  x: RADII.bolts * Math.cos((i * 2 * Math.PI) / BOLTS),
  y: RADII.bolts * Math.sin((i * 2 * Math.PI) / BOLTS),
}));
