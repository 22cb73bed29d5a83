import { createHash } from 'node:crypto';
import { BUNDLE_VERSION, BundleManifest } from '../../config/bundle.js';
import { examine } from '../../config/codec.js';
import { canonicalJson } from '../../inference/records/canonical-json.js';
import { BUNDLE_FILES } from './bundle-files.js';
import type { BundleFinding } from './bundle-finding.js';

/** The text of a manifest, which is the same for the same content. */
export function manifestText(content: Omit<BundleManifest, 'manifest_sha256'>): string {
  const document: BundleManifest = { ...content, manifest_sha256: digestOf(content) };
  return `${canonicalJson(BundleManifest.encode(document), 2)}\n`;
}

/** Reads the text of a manifest; every byte of it counts. Nothing is thrown. */
export function parseManifest(text: string): { manifest?: BundleManifest; findings: BundleFinding[] } {
  const failed = (code: BundleFinding['code'], message: string) => ({
    findings: [{ code, path: BUNDLE_FILES.manifest, message }],
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failed('MANIFEST_UNREADABLE', 'is not valid JSON');
  }
  const newer = versionTrouble((value as { schema_version?: unknown } | null)?.schema_version);
  if (newer !== null) return failed('SCHEMA_VERSION', newer);
  const { value: manifest, problems } = examine(BundleManifest, value);
  if (manifest === undefined) {
    const lines = problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    return failed('MANIFEST_UNREADABLE', lines.join('; '));
  }
  const twice = repeated(manifest.files.map(({ path }) => path));
  if (twice !== null) return failed('MANIFEST_UNREADABLE', `names ${JSON.stringify(twice)} twice`);
  const { manifest_sha256, ...content } = manifest;
  if (manifest_sha256 !== digestOf(content) || manifestText(content) !== text) {
    return failed('MANIFEST_ALTERED', 'is not what was exported: its own sha256 does not fit');
  }
  return { manifest, findings: [] };
}

/** A bundle of the same major version opens when it is not newer; patch versions of imgano do not matter. */
export function versionTrouble(version: unknown): string | null {
  const numbers = typeof version === 'string' ? /^(\d{1,4})\.(\d{1,4})$/.exec(version) : null;
  if (numbers === null) return `expected a schema_version such as "${BUNDLE_VERSION}", got ${JSON.stringify(version)}`;
  const [major, minor] = [Number(numbers[1]), Number(numbers[2])];
  const [ownMajor, ownMinor] = BUNDLE_VERSION.split('.').map(Number);
  if (major === ownMajor && minor <= ownMinor) return null;
  const remedy = major < ownMajor ? 'export it again' : 'update imgano';
  return `schema_version ${String(version)} cannot be read by this version of imgano, which knows ${BUNDLE_VERSION}; ${remedy}`;
}

function digestOf(content: Omit<BundleManifest, 'manifest_sha256'>): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

/** Paths that differ in upper and lower case only would be one file on some systems. */
function repeated(paths: readonly string[]): string | null {
  const seen = new Set<string>();
  for (const path of paths) {
    const name = path.toLowerCase();
    if (seen.has(name)) return path;
    seen.add(name);
  }
  return null;
}
