import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundleManifest } from '../../src/config/bundle.js';
import { manifestText } from '../../src/workbench/bundle/manifest.js';
import { runCli } from './cli.js';

/** Exports a run with probes of its data. */
export async function exportToyBundle(run: string, data: string, out: string, ...extra: string[]): Promise<string> {
  const outcome = await runCli('bundle', 'export', run, `--out=${out}`, '--data', data, '--quiet', ...extra);
  if (outcome.code !== 0) throw new Error(outcome.stderr);
  return out;
}

/** A copy of a bundle to do harm to. */
export function copyOf(bundle: string, to: string): string {
  cpSync(bundle, to, { recursive: true });
  return to;
}

/** Writes a manifest whose own hash fits, whatever it says: what a careful forger would do. */
export function forgeManifest(bundle: string, change: (manifest: BundleManifest) => void): void {
  const path = join(bundle, 'bundle_manifest.json');
  const { manifest_sha256: _old, ...content } = JSON.parse(readFileSync(path, 'utf8')) as BundleManifest;
  change(content as BundleManifest);
  writeFileSync(path, manifestText(content));
}

/** Changes a JSON file of a bundle, and the manifest with it. */
export function forgeJson<T>(bundle: string, path: string, change: (document: T) => void): void {
  const document = JSON.parse(readFileSync(join(bundle, path), 'utf8')) as T;
  change(document);
  const text = JSON.stringify(document);
  writeFileSync(join(bundle, path), text);
  forgeManifest(bundle, ({ files }) => {
    const entry = files.find((file) => file.path === path);
    Object.assign(entry ?? {}, { bytes: text.length, sha256: createHash('sha256').update(text).digest('hex') });
  });
}
