import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CalibrationCard } from '../../config/calibration-card.js';
import { examine } from '../../config/codec.js';
import type { InferConfig } from '../../config/infer-config.js';
import { canonicalJson } from '../../inference/records/canonical-json.js';
import { checkBundleFiles } from '../bundle/check-files.js';
import { RUN_FILES } from '../train/run-files.js';
import { validateInferConfig } from '../validate/validate-infer-config.js';

/** The steps of the ladder, each with everything of those before it. */
export type Quality = 'partial' | 'reproducible' | 'audited' | 'deployable';

export interface RunQuality {
  readonly quality: Quality;
  /** What is missing for the next step, one sentence each. */
  readonly missing: readonly string[];
}

const CORE = [RUN_FILES.report, RUN_FILES.config, RUN_FILES.environment, RUN_FILES.inferConfig];

/**
 * How much a run can prove, measured on its files: `reproducible` has its documents and a config that holds; `audited` also the contracts, a
 * calibration card that agrees with the config, and every signal of trust; `deployable` also a whole deploy bundle.
 *
 * @param dir a run folder with a report
 */
export async function runQuality(dir: string, weights?: readonly string[]): Promise<RunQuality> {
  const lost = CORE.filter((name) => !existsSync(join(dir, name)));
  if (lost.length > 0) return { quality: 'partial', missing: lost.map((name) => `${name} is not there`) };
  const { config, findings, trust } = await validateInferConfig(dir, { weights });
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (config === null || errors.length > 0) {
    return { quality: 'partial', missing: errors.map(({ path, message }) => `infer_config.json: ${path}: ${message}`) };
  }
  const unproved = [
    ...(trust?.degraded_by ?? []),
    ...(await cardTrouble(dir, config)),
    ...(await contractTrouble(dir, config)),
  ];
  if (unproved.length > 0) return { quality: 'reproducible', missing: unproved };
  const bundle = join(dir, RUN_FILES.bundle);
  if (!existsSync(bundle)) return { quality: 'audited', missing: [`${RUN_FILES.bundle} is not there`] };
  const { findings: harm } = await checkBundleFiles(bundle, null);
  if (harm.length === 0) return { quality: 'deployable', missing: [] };
  return { quality: 'audited', missing: harm.map(({ code, path, message }) => `${code} ${path}: ${message}`) };
}

async function cardTrouble(dir: string, config: InferConfig): Promise<string[]> {
  const name = RUN_FILES.calibrationCard;
  const { value: card, problems } = examine(CalibrationCard, await readJson(join(dir, name)));
  if (card === undefined) return [`${name}: ${problems[0].path}: ${problems[0].message}`];
  const said = {
    'the image threshold': [card.image_threshold.threshold, config.threshold],
    'the pixel threshold': [card.pixel_threshold?.threshold ?? null, config.defects.pixel_threshold],
    'the split': [card.split_fingerprint.sha256, config.split_fingerprint?.sha256],
    'the prediction policy': [card.prediction_policy, config.prediction],
  };
  return Object.entries(said)
    .filter(([, [a, b]]) => canonicalJson([a ?? null]) !== canonicalJson([b ?? null]))
    .map(([what]) => `${name}: ${what} is not that of ${RUN_FILES.inferConfig}`);
}

async function contractTrouble(dir: string, config: InferConfig): Promise<string[]> {
  const name = RUN_FILES.operatorContract;
  if (!config.operator_contract)
    return [`${RUN_FILES.inferConfig} has no operator_contract; train with --export-infer-config`];
  const beside = await readJson(join(dir, name));
  return canonicalJson([beside]) === canonicalJson([config.operator_contract])
    ? []
    : [`${name} is not that of ${RUN_FILES.inferConfig}`];
}

/** null for a file that is not there, or no JSON. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}
