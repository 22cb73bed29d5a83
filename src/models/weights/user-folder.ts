import { join } from 'node:path';
import envPaths from 'env-paths';

/** Where a user's checkpoints are kept unless a folder is named. */
export function userWeightsFolder(): string {
  return join(envPaths('imgano', { suffix: '' }).data, 'weights');
}
