import { resolve } from 'node:path';
import { readDefectFolder } from '../../data/datasets/defect-folder.js';
import type { DatasetItem } from '../../data/dataset.js';
import { ConfigError } from '../../errors.js';
import { MODELS } from '../../models/registry.js';
import type { ModelSpec } from '../../models/spec.js';
import { refuseTestSplit } from '../refuse-test-split.js';

/**
 * The labelled defects that a model is to learn from: those of the data set's training split and those of `dataset.defects_dir`.
 *
 * @param ofDataset defective training pictures of the data set
 * @returns none for a model that learns from good pictures alone
 * @throws ConfigError when the model needs some and there are none, or there is a folder of them that the model cannot learn from;
 *   DataError when that folder belongs to a test split
 */
export async function labelledDefects(
  spec: ModelSpec,
  ofDataset: readonly DatasetItem[],
  defectsDir: string | null,
): Promise<readonly DatasetItem[]> {
  if (spec.needs.defects === undefined) {
    if (defectsDir !== null) {
      throw new ConfigError(
        `dataset.defects_dir: ${spec.name} learns from good pictures alone; leave it out, or choose ${learners().join(' or ')}`,
      );
    }
    return [];
  }
  if (defectsDir !== null) refuseTestSplit(defectsDir, 'lay the defects to learn from into a folder of their own');
  const ofFolder = defectsDir === null ? [] : await readDefectFolder(defectsDir);
  const known = new Set(ofDataset.map(({ source }) => resolve(source.name)));
  const all = [...ofDataset, ...ofFolder.filter(({ source }) => !known.has(resolve(source.name)))];
  if (all.length > 0 || spec.needs.defects === 'optional') return all;
  throw new ConfigError(
    `${spec.name}: learns from labelled defects, but there are none; give a folder of them with --defects-dir, or rows with label 1 ` +
      'and split "train" in a manifest',
  );
}

function learners(): string[] {
  return MODELS.filter(({ needs }) => needs.defects !== undefined).map(({ name }) => name);
}
