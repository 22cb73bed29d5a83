import { examine } from '../../config/codec.js';
import { error, warning, type Finding } from '../../config/finding.js';
import type { InferConfig } from '../../config/infer-config.js';
import { ConfigError } from '../../errors.js';
import { findModel } from '../../models/registry.js';
import type { ModelSpec } from '../../models/spec.js';

/** Whether this package has the model, with such parameters, and what else the config asks of it. */
export function modelFindings(config: InferConfig): { readonly spec: ModelSpec | null; readonly findings: Finding[] } {
  let spec: ModelSpec;
  try {
    spec = findModel(config.model.name);
  } catch (unknown) {
    if (!(unknown instanceof ConfigError)) throw unknown;
    const fix = 'imgano models list shows them; train again with one of them';
    return { spec: null, findings: [error('MODEL_UNKNOWN', 'model.name', unknown.message, fix)] };
  }
  return {
    spec,
    findings: [...kwargsFindings(spec, config), ...outputFindings(spec, config), ...referenceFindings(spec, config)],
  };
}

function kwargsFindings(spec: ModelSpec, config: InferConfig): Finding[] {
  const fix = `imgano models show ${spec.name} tells what it takes`;
  return examine(spec.params, config.model.model_kwargs).problems.map(({ path, message }) =>
    error('MODEL_KWARGS_INVALID', `model.model_kwargs${path === '' ? '' : `.${path}`}`, message, fix),
  );
}

function outputFindings(spec: ModelSpec, { adaptation, defects }: InferConfig): Finding[] {
  if (spec.outputs.includes('map')) return [];
  const asked = { 'adaptation.save_maps': adaptation.save_maps, 'defects.enabled': defects.enabled };
  return Object.entries(asked)
    .filter(([, on]) => on)
    .map(([path]) => error('MAPS_NEEDED', path, `model "${spec.name}" gives scores only, no maps`, 'set it to false'));
}

function referenceFindings(spec: ModelSpec, { reference_dir: dir }: InferConfig): Finding[] {
  const needs = spec.needs.references === true;
  if (needs && dir === undefined) {
    const message = `model "${spec.name}" compares every picture with a reference, and the config names none`;
    return [warning('REFERENCES_NEEDED', 'reference_dir', message, 'give --reference-dir to imgano infer')];
  }
  if (needs || dir === undefined) return [];
  return [error('REFERENCES_UNUSED', 'reference_dir', `model "${spec.name}" takes no references`, 'remove the key')];
}
