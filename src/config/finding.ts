import type { Problem } from './codec.js';

/** Everything that a check of an `infer_config.json` can say. `docs/infer-config.md` tells what each of them means. */
export const FINDING_CODES = [
  'FILE_NOT_READABLE',
  'INVALID_JSON',
  'SCHEMA_VERSION_INVALID',
  'SCHEMA_VERSION_MISSING',
  'SCHEMA_VERSION_OLD',
  'SCHEMA_VERSION_NEWER',
  'UNKNOWN_KEY',
  'MISSING_KEY',
  'INVALID_VALUE',
  'CATEGORY_UNKNOWN',
  'MODEL_UNKNOWN',
  'MODEL_KWARGS_INVALID',
  'PYTHON_CHECKPOINT',
  'CHECKPOINT_NEEDED',
  'CHECKPOINT_MISSING',
  'CHECKPOINT_UNVERIFIED',
  'FILE_MISSING',
  'FILE_ALTERED',
  'WEIGHTS_MISSING',
  'WEIGHTS_ALTERED',
  'REFERENCES_NEEDED',
  'REFERENCES_MISSING',
  'REFERENCES_UNUSED',
  'ROI_MASK_UNREADABLE',
  'SIZE_NOT_A_MULTIPLE',
  'TILING_CONFLICT',
  'TILING_CHANGED',
  'THRESHOLD_MISSING',
  'THRESHOLD_EDITED',
  'THRESHOLD_NOT_EXPLAINED',
  'CALIBRATION_SCORES_DIFFER',
  'PIXEL_THRESHOLD_MISSING',
  'PIXEL_THRESHOLD_EDITED',
  'PIXEL_CONTROLS_CHANGED',
  'DEFECTS_CONFLICT',
  'MAPS_NEEDED',
  'MAP_POSTPROCESS_OLD',
  'PREPROCESSING_NOT_RUN',
  'REJECTION_NOT_POSSIBLE',
  'CONTRACT_DIFFERS',
  'REFERENCED_FILE_MISSING',
  'FILES_NOT_CHECKED',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** One thing that a check has to say about a document. */
export interface Finding {
  readonly code: FindingCode;
  /** An error is refused when the document is loaded; a warning is not. */
  readonly severity: 'error' | 'warning';
  /** `defects.hysteresis.low`; empty for the document itself. */
  readonly path: string;
  /** One sentence. */
  readonly message: string;
  /** What to do. */
  readonly fix: string;
}

/** What is said of a model of the Python system, and what to do about it. */
export const PYTHON_CHECKPOINT = 'a checkpoint of the Python system, which does not carry over';
export const TRAIN_AGAIN = 'train again with `imgano train` on the same good pictures';

/** Short ways to make a finding. */
export const error = (code: FindingCode, path: string, message: string, fix: string): Finding => ({
  code,
  severity: 'error',
  path,
  message,
  fix,
});
export const warning = (code: FindingCode, path: string, message: string, fix: string): Finding => ({
  ...error(code, path, message, fix),
  severity: 'warning',
});

/** What a codec found, as a finding. */
export function findingOf({ path, kind, message }: Problem, severity: Finding['severity'] = 'error'): Finding {
  const code = ({ unknown_key: 'UNKNOWN_KEY', missing_key: 'MISSING_KEY', invalid_value: 'INVALID_VALUE' } as const)[
    kind
  ];
  const meant = /did you mean "([^"]+)"/.exec(message)?.[1];
  const [what, said] = message.split('; ');
  const fix = {
    unknown_key: meant === undefined ? 'remove the key' : `rename it to "${meant}", or remove it`,
    missing_key: 'add the key',
    invalid_value: said ?? (meant === undefined ? 'give such a value' : `write "${meant}"`),
  }[kind];
  return { code, severity, path, message: what, fix };
}

/** As one line: the place, what is wrong, what to do. */
export function findingLine(where: string, { path, message, fix }: Finding): string {
  return `${where}: ${path === '' ? '' : `${path}: `}${message}; ${fix}`;
}
