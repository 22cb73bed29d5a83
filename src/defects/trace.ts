import { labelRuns } from './labelling/label-runs.js';
import { pixelCount } from './labelling/runs.js';
import { type Box } from './region.js';
import { type StageRunner } from './stage-runner.js';

/** A component or a region that a rule dropped. */
export interface Dropped {
  readonly bbox_xyxy: Box;
  readonly area: number;
  readonly score_max: number;
  /** The config key. */
  readonly rule: string;
  /** What the region had, or null where it could not be measured, and what the rule asked for. */
  readonly value: number | null;
  readonly limit: number;
}

/** What one stage did to the foreground. For the stages before the threshold that is what the threshold would give. */
export interface TraceEntry {
  readonly stage: string;
  readonly pixels_before: number;
  readonly pixels_after: number;
  /** Connected components; from `merge_nearby` on, listed regions. */
  readonly regions_before: number;
  readonly regions_after: number;
  readonly dropped: readonly Dropped[];
}

/** Stages that change nothing that a count could show. */
const SILENT = ['threshold', 'mask', 'order'];

/** Answers "why was it dropped": counts the foreground around every stage and keeps what the stages report. */
export class Trace {
  readonly entries: TraceEntry[] = [];
  private dropped: Dropped[] = [];

  drop(dropped: Dropped): void {
    this.dropped.push(dropped);
  }

  async around(stage: string, runner: StageRunner, apply: () => Promise<void>): Promise<void> {
    if (SILENT.includes(stage)) return apply();
    const before = await count(runner);
    await apply();
    const after = await count(runner);
    this.entries.push({
      stage,
      pixels_before: before.pixels,
      pixels_after: after.pixels,
      regions_before: before.regions,
      regions_after: after.regions,
      dropped: this.dropped,
    });
    this.dropped = [];
  }
}

async function count(runner: StageRunner): Promise<{ pixels: number; regions: number }> {
  const foreground = await runner.foreground();
  if ('runs' in foreground) {
    return { pixels: pixelCount(foreground.runs), regions: labelRuns(foreground.runs).count };
  }
  const { drafts } = foreground;
  return { pixels: drafts.reduce((sum, { blob }) => sum + blob.area, 0), regions: drafts.length };
}
