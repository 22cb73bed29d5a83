import type { RunConfig } from '../../config/run-config.js';
import { ConfigError } from '../../errors.js';
import type { ModelSpec } from '../../models/spec.js';
import type { Issues } from './issues.js';

/** What a config asks of a model that it cannot give. */
export function featureIssues({ name, outputs }: ModelSpec, config: RunConfig, issues: Issues): void {
  const { adaptation, defects } = config;
  if (adaptation.postprocess !== null) {
    const message =
      'adaptation.postprocess: maps are not changed by a run of this version, because a threshold would mean nothing after it; ' +
      'take the key out, and use defects.map_smoothing';
    issues.error('POSTPROCESS_NOT_RUN', new ConfigError(message));
  }
  if (outputs.includes('map')) return;
  const needs = (code: string, key: string, remedy: string) =>
    issues.error(
      code,
      new ConfigError(`${key}: needs a model that gives maps, but ${name} gives scores only; ${remedy}`),
      { model: name },
    );
  if (adaptation.save_maps) {
    needs('SAVE_MAPS_REQUIRES_PIXEL_MAP_MODEL', 'adaptation.save_maps', 'set it to false, or take another model');
  }
  if (adaptation.postprocess !== null) {
    needs('POSTPROCESS_REQUIRES_PIXEL_MAP_MODEL', 'adaptation.postprocess', 'take it out, or take another model');
  }
  if (defects?.enabled === true) {
    needs('DEFECTS_REQUIRES_PIXEL_MAP_MODEL', 'defects.enabled', 'set it to false, or take another model');
  }
}
