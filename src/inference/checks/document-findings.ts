import { error, type Finding, type FindingCode } from '../../config/finding.js';
import type { InferConfig } from '../../config/infer-config.js';
import { checkDefectsConfig } from '../../defects/check-config.js';
import { resolveLevels } from '../../defects/levels.js';
import { ConfigError } from '../../errors.js';
import { tileRuleOf } from '../tiles/tile-rule-of.js';
import { contractFindings } from './contract-findings.js';
import { modelFindings } from './model-findings.js';
import { semanticsOf } from './semantics-of.js';
import { thresholdFindings } from './threshold-findings.js';

/**
 * What can be said about a config without looking at any file: loading it refuses the errors, and `imgano validate-infer-config` tells
 * all of them.
 *
 * @param changed keys from outside were laid over the document: its summaries of itself then cannot agree, and are not asked
 */
export function documentFindings(config: InferConfig, changed = false): Finding[] {
  return [
    ...modelFindings(config).findings,
    ...defectsFindings(config),
    ...thresholdFindings(config),
    ...mapFindings(config),
    ...tilingFindings(config),
    ...(changed ? [] : contractFindings(config)),
  ];
}

function defectsFindings({ defects, schema_version }: InferConfig): Finding[] {
  const semantics = semanticsOf({ schema_version });
  const unfit = problemsOf(() => checkDefectsConfig(defects, semantics));
  // Levels that do not fit together need no second look at the threshold.
  const problems =
    unfit.length > 0 || defects.pixel_threshold === null
      ? unfit
      : problemsOf(() => resolveLevels(defects, defects.pixel_threshold as number, semantics));
  return problems.map((problem) => conflict('DEFECTS_CONFLICT', 'defects', problem));
}

function tilingFindings(config: InferConfig): Finding[] {
  return problemsOf(() => tileRuleOf(config)).map((problem) =>
    conflict('TILING_CONFLICT', 'adaptation.tiling', problem),
  );
}

/** A sentence "place: what is wrong; what to do" as a finding. */
function conflict(code: FindingCode, section: string, sentence: string): Finding {
  const [place] = /^[\w.]+(?=: )/.exec(sentence) ?? [''];
  const [path, rest] = place.startsWith(section) ? [place, sentence.slice(place.length + 2)] : [section, sentence];
  const [message, fix = 'change one of them'] = rest.split(/; (?=[^;]*$)/);
  return error(code, path, message, fix);
}

function problemsOf(check: () => unknown): readonly string[] {
  try {
    check();
    return [];
  } catch (problem) {
    if (problem instanceof ConfigError) return problem.problems;
    throw problem;
  }
}

function mapFindings({ adaptation, preprocessing, schema_version }: InferConfig): Finding[] {
  const findings: Finding[] = [];
  if (adaptation.postprocess !== null && schema_version !== 1) {
    const message =
      'belongs to schema_version 1: it looks at one picture at a time, so that no threshold holds for all of them';
    const fix = 'remove it; defects.map_smoothing and the filters of the defects section do its work';
    findings.push(error('MAP_POSTPROCESS_OLD', 'adaptation.postprocess', message, fix));
  }
  if ((preprocessing?.illumination_contrast ?? null) !== null) {
    const message =
      'this version of imgano does not change the light of pictures, and without it the scores would be others';
    findings.push(
      error('PREPROCESSING_NOT_RUN', 'preprocessing.illumination_contrast', message, 'train again without it'),
    );
  }
  return findings;
}
