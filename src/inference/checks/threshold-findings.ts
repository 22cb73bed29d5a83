import { error, warning, type Finding } from '../../config/finding.js';
import type { InferConfig } from '../../config/infer-config.js';
import type { Tiling } from '../../config/tiling.js';
import { canonicalJson } from '../records/canonical-json.js';

const RECALIBRATE = 'imgano calibrate finds it anew and says how';
/** Relative; what is left of a number that went through JSON is exact, so this is for other writers. */
const SAME = 1e-12;

/** Whether the thresholds are those that their provenance tells of. */
export function thresholdFindings(config: InferConfig): Finding[] {
  return [...imageFindings(config), ...pixelFindings(config), ...rejectionFindings(config)];
}

function imageFindings(config: InferConfig): Finding[] {
  const { threshold, threshold_provenance: provenance, calibration_scores: scores } = config;
  if (threshold === null) {
    return [
      warning(
        'THRESHOLD_MISSING',
        'threshold',
        'there is no image threshold, so that records have no label',
        RECALIBRATE,
      ),
    ];
  }
  if (provenance === null) {
    const message = 'the document does not say where the image threshold came from';
    return [warning('THRESHOLD_NOT_EXPLAINED', 'threshold_provenance', message, RECALIBRATE)];
  }
  const findings: Finding[] = [];
  const { value, calibration_count: count, tiling } = provenance;
  if (value !== undefined && sidesOf(tiling) !== sidesOf(config.adaptation.tiling)) {
    const message = `the thresholds were calibrated ${sidesOf(tiling)}, but the config runs ${sidesOf(config.adaptation.tiling)}`;
    findings.push(warning('TILING_CHANGED', 'adaptation.tiling', message, RECALIBRATE));
  }
  if (value !== undefined && differs(value, threshold)) {
    const message = `the threshold is ${threshold}, but the calibration gave ${value}: it was edited by hand`;
    findings.push(warning('THRESHOLD_EDITED', 'threshold', message, RECALIBRATE));
  }
  if (scores.length > 0 && scores.length !== count) {
    const message = `holds ${scores.length} scores, but the threshold was read from ${count}`;
    findings.push(warning('CALIBRATION_SCORES_DIFFER', 'calibration_scores', message, RECALIBRATE));
  }
  return findings;
}

function pixelFindings({ defects, pixel_threshold_provenance: provenance, schema_version }: InferConfig): Finding[] {
  const { enabled, pixel_threshold: value } = defects;
  if (value === null) {
    if (!enabled) return [];
    const message = 'defects are on, but there is no pixel threshold';
    return [error('PIXEL_THRESHOLD_MISSING', 'defects.pixel_threshold', message, 'give one, or calibrate')];
  }
  if (provenance === null || !differs(provenance.value, value) || schema_version === 1) return [];
  const message = `the pixel threshold is ${value}, but the calibration gave ${provenance.value}: it was edited by hand`;
  return [warning('PIXEL_THRESHOLD_EDITED', 'defects.pixel_threshold', message, RECALIBRATE)];
}

function rejectionFindings({
  prediction,
  threshold,
  threshold_provenance,
  calibration_scores,
}: InferConfig): Finding[] {
  if (prediction === null || prediction.reject_confidence_below === null) return [];
  const path = 'prediction.reject_confidence_below';
  if (threshold === null) {
    return [
      error('REJECTION_NOT_POSSIBLE', path, 'a confidence needs an image threshold, and there is none', RECALIBRATE),
    ];
  }
  if (calibration_scores.length > 0 || (threshold_provenance?.score_summary ?? null) !== null) return [];
  const message = 'a confidence needs the calibration scores or their summary, and there are none';
  return [error('REJECTION_NOT_POSSIBLE', path, message, RECALIBRATE)];
}

/** How pictures go through the model, in words. */
function sidesOf(tiling: Tiling | null | undefined): string {
  const { tile_size: size = null } = tiling ?? {};
  return size === null ? 'on whole pictures' : `in tiles ${canonicalJson(tiling)}`;
}

function differs(a: number, b: number): boolean {
  return Math.abs(a - b) > SAME * Math.max(Math.abs(a), Math.abs(b));
}
