import { examine } from './codec.js';
import { adoptLegacy } from './adopt-legacy.js';
import { examineLeniently } from './examine-leniently.js';
import { error, findingOf, PYTHON_CHECKPOINT, TRAIN_AGAIN, warning, type Finding } from './finding.js';
import { INFER_CONFIG_VERSION, InferConfig } from './infer-config.js';
import { layDefects } from './lay-defects.js';
import { layTiling } from './lay-tiling.js';
import { LegacyInferConfig } from './legacy-infer-config.js';
import { applyLegacyRules } from './legacy-rules.js';
import { overlay } from './overlay.js';
import type { PredictionPolicy } from './prediction.js';

export interface ReadInferConfig {
  /** Missing where the document cannot be decoded. */
  readonly config?: InferConfig;
  readonly findings: readonly Finding[];
}

export interface ReadOptions {
  /** Keys that beat those of the `defects` section. */
  readonly defects?: Record<string, unknown>;
  /** Keys that beat those of the `prediction` section. */
  readonly prediction?: Partial<PredictionPolicy>;
  /** Keys that beat those of `adaptation.tiling`. */
  readonly tiling?: Record<string, unknown>;
  /** For a document of several categories. */
  readonly category?: string;
}

type Json = Record<string, unknown>;

/**
 * Reads an `infer_config.json` of any schema_version: absent, 0 and 1 as the Python system reads it, with unknown keys as warnings; 2 with
 * every unknown key as an error.
 */
export function readInferConfig(value: unknown, options: ReadOptions = {}): ReadInferConfig {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { findings: [error('INVALID_VALUE', '', 'expected an object', 'give an infer_config.json')] };
  }
  const document = value as Json;
  const { version, findings } = versionOf(document.schema_version);
  if (version === null) return { findings };
  const read = version === INFER_CONFIG_VERSION ? readCurrent(document, options) : readLegacy(document, options);
  return { ...read, findings: [...findings, ...read.findings] };
}

function versionOf(version: unknown): { version: number | null; findings: Finding[] } {
  const path = 'schema_version';
  if (version === undefined) {
    const message = 'is absent, which means 1: the config runs as the Python system ran it';
    return { version: 1, findings: [warning('SCHEMA_VERSION_MISSING', path, message, 'write "schema_version": 1')] };
  }
  if (typeof version !== 'number' || !Number.isSafeInteger(version)) {
    const message = `expected 1 or ${INFER_CONFIG_VERSION}, got ${JSON.stringify(version)}`;
    return { version: null, findings: [error('SCHEMA_VERSION_INVALID', path, message, 'write a whole number')] };
  }
  if (version > INFER_CONFIG_VERSION) {
    const message = `${version} is newer than the ${INFER_CONFIG_VERSION} that this version of imgano knows`;
    return { version: null, findings: [error('SCHEMA_VERSION_NEWER', path, message, 'update imgano')] };
  }
  if (version > 0) return { version, findings: [] };
  const message = `${version} is read as 1`;
  return { version: 1, findings: [warning('SCHEMA_VERSION_OLD', path, message, 'write "schema_version": 1')] };
}

function readCurrent(document: Json, { defects, prediction, tiling, category }: ReadOptions): ReadInferConfig {
  const laid = {
    ...layPrediction(layTiling(document, tiling), prediction),
    defects: layDefects(document.defects, defects),
  };
  const { value, problems } = examine(InferConfig, laid);
  const findings = problems.map((problem) => findingOf(problem));
  if (category !== undefined && document.category !== category) {
    const message = `expected the category "${category}", but the document is of ${JSON.stringify(document.category ?? null)}`;
    findings.push(error('CATEGORY_UNKNOWN', 'category', message, 'leave --infer-category out'));
  }
  if (value === undefined) return { findings };
  return { config: explicitThreshold(value, defects), findings };
}

function readLegacy(given: Json, { defects, prediction, tiling, category }: ReadOptions): ReadInferConfig {
  const { document, findings } = applyLegacyRules(given, category);
  const sections = {
    ...layPrediction(layTiling(document, tiling), prediction),
    defects: layDefects(document.defects, defects),
  };
  const laid = { ...sections, schema_version: 1 };
  const { value, problems, unknown } = examineLeniently(LegacyInferConfig, laid);
  const all = [
    ...findings,
    ...problems.map((problem) => findingOf(problem)),
    ...unknown.map((problem) => findingOf(problem, 'warning')),
  ];
  if (value === undefined) return { findings: all };
  if (value.model.checkpoint_path !== null) {
    const message = `"${value.model.checkpoint_path}" is ${PYTHON_CHECKPOINT}`;
    all.push(error('PYTHON_CHECKPOINT', 'model.checkpoint_path', message, TRAIN_AGAIN));
  }
  return { config: explicitThreshold(adoptLegacy(value), defects), findings: all };
}

function layPrediction(document: Json, over: object | undefined): Json {
  const laid = overlay(document.prediction ?? undefined, over);
  return laid === undefined ? document : { ...document, prediction: laid };
}

/** A pixel threshold from outside is no longer the calibrated one, and the provenance has to say so. */
function explicitThreshold(config: InferConfig, over: Json | undefined): InferConfig {
  const value = over?.pixel_threshold;
  if (typeof value !== 'number') return config;
  return { ...config, pixel_threshold_provenance: { method: 'fixed', source: 'explicit', value } };
}
