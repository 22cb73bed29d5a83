import { delimiter, join } from 'node:path';
import envPaths from 'env-paths';

/** Where checkpoints that something else fetched are found as well; what is imported never goes there, since caches are emptied. */
export function cachedWeightsFolder(): string {
  return join(envPaths('imgano', { suffix: '' }).cache, 'weights');
}

/** The folders of `IMGANO_WEIGHTS`, which is separated as `PATH` is. */
export function namedWeightsFolders(): string[] {
  return (process.env.IMGANO_WEIGHTS ?? '').split(delimiter).filter((dir) => dir !== '');
}

/** Where a user's checkpoints are kept unless a folder is named. */
export function userWeightsFolder(): string {
  return join(envPaths('imgano', { suffix: '' }).data, 'weights');
}
