import { type Box } from './region.js';

/** A component or a region that a rule dropped. */
export interface Dropped {
  readonly bbox_xyxy: Box;
  readonly area: number;
  readonly score_max: number;
  /** The config key, or the reason. */
  readonly rule: string;
  /** What the region had, and what the rule asks for. */
  readonly value: number | null;
  readonly limit: number;
}

/** What one stage did to the foreground. */
export interface TraceEntry {
  readonly stage: string;
  readonly pixels_before: number;
  readonly pixels_after: number;
  /** Components; from the first list stage on, regions. */
  readonly regions_before: number;
  readonly regions_after: number;
  readonly dropped: Dropped[];
}
