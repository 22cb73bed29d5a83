import type { Backbone } from '../../config/backbone.js';
import { error, type Finding } from '../../config/finding.js';
import type { InferConfig } from '../../config/infer-config.js';
import type { ResizeRule } from '../../config/input-rule.js';
import type { Size } from '../../config/size.js';
import type { WeightsEntry } from '../../config/weights-manifest.js';
import { WeightsError } from '../../errors.js';
import type { WeightsStore } from '../../models/weights-store.js';

/** As much of a model's parameters as tells which sizes its backbone sees. */
interface Sized {
  readonly backbone?: Backbone;
  readonly resize?: ResizeRule;
  readonly crop?: Size | null;
}

/**
 * Whether the external weights are there and the ones of the training, and whether the sizes fit the backbone.
 *
 * @param params of the model, decoded
 * @param checkFiles false looks into the manifest only
 */
export async function weightsFindings(
  config: InferConfig,
  params: unknown,
  store: WeightsStore,
  checkFiles: boolean,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [i, { id, files }] of checkFiles ? config.model.weights.entries() : []) {
    const path = `model.weights[${i}]`;
    try {
      const have = (await store.resolve(id)).files.map(({ sha256 }) => sha256).join(' ');
      const want = files.map(({ sha256 }) => sha256).join(' ');
      if (have === want) continue;
      const message = `the model was trained on "${id}" with sha256 ${want}, but this machine has ${have}`;
      findings.push(error('WEIGHTS_ALTERED', path, message, 'restore the same files'));
    } catch (trouble) {
      if (!(trouble instanceof WeightsError)) throw trouble;
      const code = trouble.missing ? 'WEIGHTS_MISSING' : 'WEIGHTS_ALTERED';
      findings.push(error(code, path, trouble.message, 'imgano weights list shows what is there'));
    }
  }
  return [...findings, ...(await sizeFindings(params as Sized, store))];
}

async function sizeFindings({ backbone, resize, crop }: Sized, store: WeightsStore): Promise<Finding[]> {
  if (backbone === undefined || resize === undefined) return [];
  const multiple = await multipleOf(backbone, store);
  const sides: Record<string, number> =
    crop !== undefined && crop !== null
      ? { 'crop.height': crop.height, 'crop.width': crop.width }
      : resize.mode === 'stretch'
        ? { 'resize.size.height': resize.size.height, 'resize.size.width': resize.size.width }
        : { 'resize.multiple': resize.multiple };
  return Object.entries(sides).flatMap(([key, side]) => {
    if (side % multiple === 0) return [];
    const lower = Math.max(1, Math.floor(side / multiple)) * multiple;
    const message = `expected a multiple of ${multiple} for this backbone, got ${side}`;
    const fix = `take ${lower} or ${(Math.floor(side / multiple) + 1) * multiple} and train again`;
    return [error('SIZE_NOT_A_MULTIPLE', `model.model_kwargs.${key}`, message, fix)];
  });
}

/** What both sides must be a multiple of, as far as the manifest tells without building the network. */
async function multipleOf(backbone: Backbone, store: WeightsStore): Promise<number> {
  if (backbone.name === 'filterbank') return backbone.stride;
  const entry: WeightsEntry | null = await store.entry(backbone.weights).catch(() => null);
  if (entry === null) return 1;
  const strides = entry.taps.filter(({ layer }) => backbone.layers.includes(layer)).map(({ stride }) => stride);
  return Math.max(entry.input.multiple, ...strides);
}
