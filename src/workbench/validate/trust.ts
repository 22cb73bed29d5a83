import type { FindingCode, Finding } from '../../config/finding.js';
import type { InferConfig } from '../../config/infer-config.js';

/** What a config can prove about itself. Every signal is measured, whatever the document claims. */
export interface Trust {
  readonly status: 'complete' | 'partial';
  readonly signals: Readonly<Record<string, boolean>>;
  /** The signals that are missing. */
  readonly degraded_by: readonly string[];
  readonly audit_refs: Readonly<Record<string, string>>;
}

/** @param checkedFiles whether files were looked at */
export function trustOf(config: InferConfig, findings: readonly Finding[], checkedFiles: boolean): Trust {
  const found = (...codes: FindingCode[]) => findings.some(({ code }) => codes.includes(code));
  const pixel = config.pixel_threshold_provenance;
  const image = config.threshold_provenance;
  const signals = {
    threshold_provenance: image !== null && !found('THRESHOLD_EDITED'),
    calibration_fingerprint: image?.calibration_sha256 !== undefined,
    pixel_threshold_provenance:
      config.defects.pixel_threshold === null ||
      (pixel !== null && !found('PIXEL_THRESHOLD_EDITED', 'PIXEL_CONTROLS_CHANGED')),
    split_fingerprint: config.split_fingerprint?.method === 'pixels',
    model_files_hashed: config.checkpoint === null || config.checkpoint.files.length > 0,
    files_checked: checkedFiles,
    no_errors: !findings.some(({ severity }) => severity === 'error'),
  };
  const missing = Object.entries(signals).filter(([, there]) => !there);
  return {
    status: missing.length === 0 ? 'complete' : 'partial',
    signals,
    degraded_by: missing.map(([name]) => `missing_${name}`),
    audit_refs: config.artifact_quality?.audit_refs ?? {},
  };
}
