import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

/**
 * The folder that holds the native builds of this user: `IMGANO_NATIVE_DIR`, or `native` in the cache folder that the
 * operating system keeps for `imgano`. It lies outside every project, so `npm ci` does not touch it.
 */
export function nativeFolder(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env.IMGANO_NATIVE_DIR;
  return chosen ? resolve(chosen) : join(envPaths('imgano', { suffix: '' }).cache, 'native');
}
