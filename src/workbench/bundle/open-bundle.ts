import { join } from 'node:path';
import type { BundleManifest } from '../../config/bundle.js';
import { DataError } from '../../errors.js';
import { openRun, type OpenedRun, type OpenRunOptions } from '../../inference/open-run.js';
import { openWeightsStore } from '../../models/weights-store.js';
import { BUNDLE_FILES } from './bundle-files.js';
import type { BundleFinding } from './bundle-finding.js';
import { checkBundleFiles } from './check-files.js';
import { trustedKey } from './signature.js';

export interface OpenBundleOptions extends OpenRunOptions {
  /** A public Ed25519 key in PEM: the bundle must be signed with it. */
  readonly publicKey?: string;
}

/**
 * Opens a deploy bundle for inspecting pictures in this process, after every file of it was checked against the manifest. Its records are
 * those of the run that it was exported from, to the byte. The folder is only read. `imgano bundle verify` also replays the probes.
 *
 * @param dir the bundle
 * @throws DataError when the bundle is not whole, or not signed as asked; ConfigError, WeightsError, UnsupportedBackendError as
 *   `openRun`
 */
export async function openBundle(dir: string, options: OpenBundleOptions = {}): Promise<OpenedRun> {
  const { publicKey, ...rest } = options;
  const { manifest, findings } = await checkBundleFiles(dir, publicKey === undefined ? null : trustedKey(publicKey));
  if (manifest === undefined || findings.length > 0) throw refusal(dir, findings);
  return openRun(dir, { ...rest, weights: await weightsFolders(dir, manifest, options.weights) });
}

/**
 * Where the weights of a bundle are looked for: those in it first. The manifest entries that came with it count only where the machine
 * knows none of that name, because it would refuse two.
 */
export async function weightsFolders(
  dir: string,
  manifest: Pick<BundleManifest, 'weights'>,
  given: readonly string[] = [],
): Promise<string[]> {
  const known = await openWeightsStore({ searchDirs: given }).entries();
  const unknown = manifest.weights.filter(({ id }) => known.every((entry) => entry.id !== id));
  const entries = unknown.map(({ id }) => join(dir, BUNDLE_FILES.entries, id));
  const included = manifest.weights.some((weights) => weights.included);
  return [...(included ? [join(dir, BUNDLE_FILES.weights)] : []), ...entries, ...given];
}

/** One sentence for a bundle that is not whole. */
export function refusal(dir: string, findings: readonly BundleFinding[]): DataError {
  const [{ path, message }, ...others] = findings;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return new DataError(
    `${path === '' ? dir : join(dir, path)}: ${message}${more}; copy the bundle again, or ask who exported it`,
  );
}
