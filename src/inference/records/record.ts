import type { PixelThresholdProvenance } from '../../config/threshold.js';
import type { DefectsResult } from '../../defects/find-defects.js';
import type { ImganoError } from '../../errors.js';
import type { DecisionSummary } from './decide.js';

/** One line of the output: plain JSON, field names as in the documentation of the record. */
export interface InspectionRecord {
  index: number;
  input: string;
  score: number;
  /** 0, 1, or the reject label of a rejected picture. */
  label?: number;
  /** With `--include-confidence`, and where labels can be rejected. */
  label_confidence?: number;
  /** Where labels can be rejected. */
  rejected?: boolean;
  decision_summary?: DecisionSummary;
  postprocess_summary: Record<string, unknown>;
  /** The part of the picture that the model saw, where it did not see all of it. */
  inspected_bbox_xyxy?: [number, number, number, number];
  anomaly_map?: { shape: [number, number]; dtype: 'float32'; path?: string };
  defects?: DefectsRecord;
  /** Only when errors become records. */
  status?: 'ok';
}

export interface ErrorRecord {
  index: number;
  input: string;
  status: 'error';
  error: { type: string; message: string; stage: 'infer' | 'artifacts' };
}

/** What the stages found; `hysteresis`, `notes` and `trace` only where there is such a thing. */
export interface DefectsRecord extends Omit<DefectsResult, 'mask'> {
  pixel_threshold_provenance: PixelThresholdProvenance | null;
  mask: { shape: [number, number]; dtype: 'uint8'; encoding: string; path?: string };
}

/** The record of a picture without a result: `infer` until there is one, `artifacts` for what its files met. */
export function errorRecord(
  index: number,
  input: string,
  { name, message }: ImganoError,
  stage: ErrorRecord['error']['stage'],
): ErrorRecord {
  return { index, input, status: 'error', error: { type: name, message, stage } };
}

/** The result of the stages as JSON: the mask is told by its shape, its pixels are an artifact. */
export function defectsRecord(
  { mask, ...found }: DefectsResult,
  provenance: PixelThresholdProvenance | null,
  encoding: string,
): DefectsRecord {
  return {
    ...found,
    pixel_threshold_provenance: provenance,
    mask: { shape: [mask.height, mask.width], dtype: 'uint8', encoding },
  };
}

/** The line of a regions file: what was found, without what only the whole record needs. */
export function regionsLine({ index, input }: { index: number; input: string }, defects: DefectsRecord): object {
  const { space, pixel_threshold, pixel_threshold_provenance, regions, map_stats_roi } = defects;
  return { index, input, defects: { space, pixel_threshold, pixel_threshold_provenance, regions, map_stats_roi } };
}
