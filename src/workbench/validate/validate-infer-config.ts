import { examine } from '../../config/codec.js';
import { warning, type Finding } from '../../config/finding.js';
import type { InferConfig } from '../../config/infer-config.js';
import { readInferConfig } from '../../config/read-infer-config.js';
import { documentFindings } from '../../inference/checks/document-findings.js';
import { modelFindings } from '../../inference/checks/model-findings.js';
import { semanticsOf } from '../../inference/checks/semantics-of.js';
import { readDocument } from '../../inference/read-document.js';
import { openWeightsStore } from '../../models/weights-store.js';
import { fileFindings } from './file-findings.js';
import { trustOf, type Trust } from './trust.js';
import { weightsFindings } from './weights-findings.js';

export interface ValidateOptions {
  /** For a document of several categories. */
  readonly category?: string;
  /** False: nothing beside the document is looked at. Default: true. */
  readonly checkFiles?: boolean;
  /** Folders that are searched for external weights, before the usual ones. */
  readonly weights?: readonly string[];
}

/** What `imgano validate-infer-config` tells. */
export interface ValidationReport {
  readonly file: string;
  readonly valid: boolean;
  readonly errors: number;
  readonly warnings: number;
  readonly findings: readonly Finding[];
  /** The document as it runs, with every default; null where it cannot be decoded. */
  readonly config: InferConfig | null;
  /** The order and formulas of the defects stages. */
  readonly semantics: 1 | 2 | null;
  readonly trust: Trust | null;
}

/**
 * Everything that can be said about an `infer_config.json`, errors first. What loading refuses is an error here, by the same checks. No
 * TensorFlow.js is loaded, and no model.
 *
 * @param path the document, or the run folder that holds it
 */
export async function validateInferConfig(path: string, options: ValidateOptions = {}): Promise<ValidationReport> {
  const { checkFiles = true } = options;
  const document = await readDocument(path);
  const { file } = document;
  if (document.findings.length > 0) return report(file, document.findings, null, checkFiles);
  const { config, findings } = readInferConfig(document.value, { category: options.category });
  if (config === undefined) return report(file, findings, null, checkFiles);
  const { spec } = modelFindings(config);
  const params = spec === null ? null : (examine(spec.params, config.model.model_kwargs).value ?? null);
  const store = openWeightsStore({ searchDirs: options.weights });
  const notChecked = warning('FILES_NOT_CHECKED', '', 'files were not looked at', 'leave --no-check-files out');
  const all = [
    ...findings,
    ...documentFindings(config),
    ...(params === null ? [] : await weightsFindings(config, params, store, checkFiles)),
    ...(checkFiles ? await fileFindings(config, spec, file) : [notChecked]),
  ];
  return report(file, all, config, checkFiles);
}

function report(
  file: string,
  findings: readonly Finding[],
  config: InferConfig | null,
  checkFiles: boolean,
): ValidationReport {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  return {
    file,
    valid: errors.length === 0,
    errors: errors.length,
    warnings: warnings.length,
    findings: [...errors, ...warnings],
    config,
    semantics: config && semanticsOf(config),
    trust: config && trustOf(config, findings, checkFiles),
  };
}
