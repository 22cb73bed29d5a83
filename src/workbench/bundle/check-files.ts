import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleManifest } from '../../config/bundle.js';
import { fileTrouble } from '../../data/file-trouble.js';
import { hashFile } from '../../inference/hash-file.js';
import { BUNDLE_FILES } from './bundle-files.js';
import type { BundleFinding } from './bundle-finding.js';
import { parseManifest } from './manifest.js';
import { checkSignature, signingKey } from './signature.js';

export interface CheckedBundle {
  /** Missing where it cannot be read. */
  readonly manifest?: BundleManifest;
  /** The public key that signed the bundle, in hex; null where none did. */
  readonly signedBy: string | null;
  /** Everything that is wrong; empty for a bundle that is whole. */
  readonly findings: readonly BundleFinding[];
}

/**
 * Checks the files of a bundle without running anything: the manifest, its signature, and that the folder holds exactly the files of the
 * manifest, each with its hash, none of them a link. The folder itself may be reached by a link.
 *
 * @param trusted what `trustedKey` gave; null asks for no signature
 */
export async function checkBundleFiles(dir: string, trusted: string | null): Promise<CheckedBundle> {
  const found = await stat(dir).catch(() => null);
  const nothing = (message: string): CheckedBundle => ({
    signedBy: null,
    findings: [{ code: 'NOT_A_BUNDLE', path: '', message }],
  });
  if (found?.isDirectory() !== true) return nothing('there is no such folder');
  const entries = await walk(dir);
  const links = entries.filter(({ kind }) => kind === 'other').map(({ path }) => notAFile(path));
  const paths = new Set(entries.filter(({ kind }) => kind === 'file').map(({ path }) => path));
  if (!paths.has(BUNDLE_FILES.manifest)) {
    return links.length > 0 ? { signedBy: null, findings: links } : nothing(`holds no ${BUNDLE_FILES.manifest}`);
  }
  const bytes = await readFile(join(dir, BUNDLE_FILES.manifest));
  const { manifest, findings } = parseManifest(bytes.toString('utf8'));
  if (manifest === undefined) return { signedBy: null, findings: [...findings, ...links] };
  const signature = paths.has(BUNDLE_FILES.signature)
    ? await readFile(join(dir, BUNDLE_FILES.signature), 'utf8')
    : null;
  const signatureFindings = checkSignature(bytes, signature, trusted);
  const all = [
    ...findings,
    ...signatureFindings,
    ...links,
    ...(await altered(dir, manifest, paths)),
    ...extra(manifest, paths),
  ];
  return { manifest, signedBy: signatureFindings.length > 0 ? null : signingKey(signature), findings: all };
}

async function altered(dir: string, manifest: BundleManifest, paths: ReadonlySet<string>): Promise<BundleFinding[]> {
  const findings: BundleFinding[] = [];
  for (const { path, sha256, bytes, role } of manifest.files) {
    const missing = role === 'probe' ? 'PROBE_MISSING' : 'FILE_MISSING';
    if (!paths.has(path)) {
      findings.push({ code: missing, path, message: 'is named by the manifest, but is not there' });
      continue;
    }
    try {
      const got = await hashFile(join(dir, path));
      if (got.sha256 === sha256 && got.bytes === bytes) continue;
      const message = `expected ${bytes} bytes with sha256 ${sha256}, got ${got.bytes} with ${got.sha256}`;
      findings.push({ code: 'FILE_ALTERED', path, message });
    } catch (error) {
      findings.push({ code: 'FILE_UNREADABLE', path, message: `cannot be read, because ${fileTrouble(error)}` });
    }
  }
  return findings;
}

function extra(manifest: BundleManifest, paths: ReadonlySet<string>): BundleFinding[] {
  const listed = new Set([BUNDLE_FILES.manifest, BUNDLE_FILES.signature, ...manifest.files.map(({ path }) => path)]);
  const message = 'lies in the bundle, but the manifest does not name it';
  return [...paths].filter((path) => !listed.has(path)).map((path) => ({ code: 'FILE_NOT_LISTED', path, message }));
}

function notAFile(path: string): BundleFinding {
  return { code: 'FILE_IS_A_LINK', path, message: 'is a link or no plain file; a bundle holds plain files only' };
}

interface Entry {
  /** Below the bundle, with "/". */
  readonly path: string;
  readonly kind: 'file' | 'other';
}

/** Every file below a folder, in order; no link is followed. */
async function walk(dir: string, below = ''): Promise<Entry[]> {
  const found: Entry[] = [];
  for (const name of (await readdir(join(dir, below))).sort()) {
    const path = below === '' ? name : `${below}/${name}`;
    const kind = await lstat(join(dir, path));
    if (kind.isDirectory()) found.push(...(await walk(dir, path)));
    else found.push({ path, kind: kind.isFile() ? 'file' : 'other' });
  }
  return found;
}
