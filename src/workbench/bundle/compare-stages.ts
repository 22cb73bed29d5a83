import type { ExpectedProbe, TensorSummary } from '../../config/bundle.js';
import { jsonDifference } from './json-difference.js';
import type { ProbeResult } from './probe-record.js';
import { tensorDifference } from './tensor-summary.js';

/** A stage that a probe is compared at; a picture passes them in this order. */
export type ProbeStage = 'decode' | 'preprocess' | 'model' | 'map' | 'mask' | 'regions' | 'record';

/** How one stage of one probe compares. */
export interface StageResult {
  readonly stage: ProbeStage;
  readonly ok: boolean;
  /** Relative to the largest value expected; null where nothing is measured, or sizes differ. */
  readonly difference: number | null;
  /** What differs, in words; only where there is something to say. */
  readonly detail?: string;
}

/** Whether a mask that differs is one that values within the tolerance can give; `pixels` of it differ. */
export type MaskVerdict = { readonly within: boolean; readonly pixels: number };

/**
 * Compares what a probe gave with what was expected, stage by stage.
 *
 * @param tolerance relative; 0 asks for equal bits
 * @param threshold of the label; null without one
 * @param judgeMask is asked only when the masks differ
 */
export async function compareStages(
  expected: ExpectedProbe,
  { stages: got }: ProbeResult,
  { tolerance, threshold, judgeMask }: Comparison,
): Promise<StageResult[]> {
  const results: StageResult[] = [];
  const measured = (stage: ProbeStage, difference: number, detail?: string) =>
    results.push(stageResult(stage, difference <= tolerance, difference, detail));
  const decoded = jsonDifference(expected.decode, got.decode, 0);
  results.push(stageResult('decode', decoded === null, decoded === null ? 0 : null, decoded ?? undefined));
  measured('preprocess', ofAll(expected.preprocess, got.preprocess));

  const scale = Math.max(Math.abs(expected.model.score), Math.abs(threshold ?? 0));
  const score = scale === 0 ? Math.abs(got.model.score) : Math.abs(expected.model.score - got.model.score) / scale;
  const inside = ofAll(expected.model.scores, got.model.scores);
  const model = Math.max(score, inside, ofAll(expected.model.maps, got.model.maps));
  measured('model', model, `score: expected ${expected.model.score}, got ${got.model.score}`);
  measured('map', ofAll(expected.map === null ? [] : [expected.map], got.map === null ? [] : [got.map]));

  const masksAgree = expected.mask?.sha256 === got.mask?.sha256;
  const undecided = Math.abs(expected.model.score - (threshold ?? Infinity)) <= tolerance * scale;
  if (masksAgree) results.push(stageResult('mask', true, 0));
  else {
    const { within, pixels } = await judgeMask();
    results.push(stageResult('mask', within, null, `${pixels} pixels differ`));
  }
  if (masksAgree) {
    const regions = jsonDifference(inPlaceOrder(expected.regions), inPlaceOrder(got.regions), tolerance);
    results.push(stageResult('regions', regions === null, null, regions ?? undefined));
  } else {
    const within = results.every(({ ok }) => ok);
    results.push(stageResult('regions', within, null, 'not compared, because the masks differ'));
  }
  results.push(record(expected, got, tolerance === 0, undecided));
  return results;
}

export interface Comparison {
  readonly tolerance: number;
  readonly threshold: number | null;
  readonly judgeMask: () => Promise<MaskVerdict>;
}

/** To the bit where that is asked for; otherwise the decision, unless the score lies at the threshold. */
function record(expected: ExpectedProbe, got: ProbeResult['stages'], exact: boolean, undecided: boolean): StageResult {
  if (exact) {
    const same = expected.record_sha256 === got.record_sha256;
    return stageResult('record', same, null, 'the bytes of the record differ');
  }
  const same = expected.model.label === got.model.label || undecided;
  return stageResult('record', same, null, `label: expected ${expected.model.label}, got ${got.model.label}`);
}

function stageResult(stage: ProbeStage, ok: boolean, difference: number | null, detail?: string): StageResult {
  const told = detail !== undefined && (!ok || difference === null) && !(ok && stage === 'record');
  return { stage, ok, difference: difference === Infinity ? null : difference, ...(told ? { detail } : {}) };
}

function ofAll(expected: readonly TensorSummary[], got: readonly TensorSummary[]): number {
  if (expected.length !== got.length) return Infinity;
  return expected.reduce((worst, summary, i) => Math.max(worst, tensorDifference(summary, got[i])), 0);
}

/** Their order goes by scores, which may change places within the tolerance. */
function inPlaceOrder(regions: readonly Record<string, unknown>[] | null): unknown {
  if (regions === null) return null;
  const key = ({ bbox_xyxy, area }: Record<string, unknown>) => JSON.stringify([bbox_xyxy, area]);
  return [...regions].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
