import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { ExpectedProbes, type BundleManifest, type ExpectedProbe } from '../../config/bundle.js';
import { examine } from '../../config/codec.js';
import { decodeMask } from '../../data/decode-mask.js';
import { ConfigError, DataError, InterruptedError, WeightsError } from '../../errors.js';
import type { Progress } from '../../runtime/progress.js';
import { BUNDLE_FILES } from './bundle-files.js';
import type { BundleCode, BundleFinding } from './bundle-finding.js';
import { checkBundleFiles } from './check-files.js';
import { compareStages, type ProbeStage, type StageResult } from './compare-stages.js';
import { judgeMask } from './judge-mask.js';
import { thisMachine } from './machine.js';
import { versionTrouble } from './manifest.js';
import { observeBundle } from './observe-bundle.js';
import { weightsFolders } from './open-bundle.js';
import { probeRecord, type ObservedRun } from './probe-record.js';
import { trustedKey } from './signature.js';
import { toleranceBetween, TOLERANCES, type ToleranceClass } from './tolerance.js';

export interface VerifyOptions {
  /** A backend by name; by default the best that the machine has. */
  readonly backend?: string;
  readonly weights?: readonly string[];
  /** A public Ed25519 key in PEM: the bundle must be signed with it. */
  readonly publicKey?: string;
  /** Instead of the class that the two machines call for. */
  readonly tolerance?: ToleranceClass;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** What `imgano bundle verify` reports. */
export interface VerifyReport {
  readonly verdict: 'pass' | 'fail';
  readonly bundle: string;
  readonly model: string | null;
  readonly files: number;
  readonly signed_by: string | null;
  readonly exported_on: BundleManifest['exported_on'] | null;
  /** null when the probes were not replayed. */
  readonly replayed_on: BundleManifest['exported_on'] | null;
  readonly tolerance: { readonly class: ToleranceClass; readonly relative: number } | null;
  readonly probes: readonly { readonly picture: string; readonly stages: readonly StageResult[] }[];
  /** Of the first probe that diverges. */
  readonly first_divergence: { readonly picture: string; readonly stage: ProbeStage; readonly detail: string } | null;
  readonly findings: readonly BundleFinding[];
}

/**
 * Proves a bundle on this machine: every file has its hash, nothing else is there, the signature is right, and the probe pictures give
 * at every stage what they gave where it was exported.
 *
 * @throws ConfigError for a key that is none; UnsupportedBackendError; InterruptedError. What is wrong with the bundle is in the report.
 */
export async function verifyBundle(dir: string, options: VerifyOptions): Promise<VerifyReport> {
  const trusted = options.publicKey === undefined ? null : trustedKey(options.publicKey);
  const { manifest, signedBy, findings } = await checkBundleFiles(dir, trusted);
  const report: VerifyReport = {
    verdict: 'fail',
    bundle: dir,
    model: manifest?.model ?? null,
    files: manifest?.files.length ?? 0,
    signed_by: signedBy,
    exported_on: manifest?.exported_on ?? null,
    replayed_on: null,
    tolerance: null,
    probes: [],
    first_divergence: null,
    findings,
  };
  // A bundle that is not whole is not run: nothing in it can be trusted.
  if (manifest === undefined || findings.length > 0) return report;
  let observed: ObservedRun | null = null;
  try {
    const expected = await readExpected(dir, manifest);
    const weights = await weightsFolders(dir, manifest, options.weights);
    observed = await observeBundle(dir, {
      backend: options.backend,
      weights,
      warn: (line) => options.progress.warn(line),
    });
    return { ...report, ...(await replay(observed, dir, manifest, expected, options)) };
  } catch (error) {
    const code = codeOf(error);
    if (code === null) throw error;
    return { ...report, findings: [{ code, path: '', message: (error as Error).message }] };
  } finally {
    options.progress.stop();
    await observed?.run.dispose();
  }
}

async function replay(
  observed: ObservedRun,
  dir: string,
  manifest: BundleManifest,
  probes: readonly ExpectedProbe[],
  { tolerance: wanted, progress, signal }: VerifyOptions,
): Promise<Partial<VerifyReport>> {
  const here = thisMachine();
  const name = wanted ?? toleranceBetween(manifest.exported_on, here);
  const tolerance = TOLERANCES[name];
  const { threshold } = observed.run.info;
  const compared: { picture: string; stages: StageResult[] }[] = [];
  progress.start('replaying probes', probes.length);
  for (const expected of probes) {
    if (signal?.aborted === true) throw new InterruptedError('the replay of the probes was stopped');
    const { picture, mask } = expected;
    const got = await probeRecord(observed, dir, picture);
    const judge = async () => {
      const path = mask === null ? null : join(dir, mask.path);
      const masks = { expected: path === null ? null : await decodeMask(path), got: got.mask };
      return judgeMask(observed, { dir, picture }, masks, tolerance * got.mapScale);
    };
    const stages = await compareStages(expected, got, { tolerance, threshold, judgeMask: judge });
    compared.push({ picture, stages });
    progress.update(compared.length);
  }
  const bad = compared.find(({ stages }) => stages.some(({ ok }) => !ok));
  const first = bad?.stages.find(({ ok }) => !ok);
  const shared = { replayed_on: here, tolerance: { class: name, relative: tolerance }, probes: compared };
  if (bad === undefined || first === undefined) return { ...shared, verdict: 'pass' };
  const { stage } = first;
  const detail =
    first.detail ?? (first.difference === null ? 'other sizes' : `relative ${first.difference.toExponential(2)}`);
  const message = `diverges first at "${stage}" (${detail}), more than the class "${name}" allows`;
  return {
    ...shared,
    first_divergence: { picture: bad.picture, stage, detail },
    findings: [{ code: 'DIVERGED', path: bad.picture, message }],
  };
}

async function readExpected(dir: string, manifest: BundleManifest): Promise<readonly ExpectedProbe[]> {
  const path = BUNDLE_FILES.expected;
  const listed = new Set(manifest.files.map((file) => file.path));
  if (!listed.has(path)) throw new ProbeError(`${path}: the manifest does not name it`);
  const value = JSON.parse(await readFile(join(dir, path), 'utf8')) as { schema_version?: unknown };
  const trouble = versionTrouble(value.schema_version);
  if (trouble !== null) throw new ProbeError(`${path}: ${trouble}`);
  const { value: document, problems } = examine(ExpectedProbes, value);
  if (document === undefined) throw new ProbeError(`${path}: ${problems.map(({ message }) => message).join('; ')}`);
  const named = document.probes.flatMap(({ picture, mask }) => [picture, ...(mask === null ? [] : [mask.path])]);
  const lost = named.find((name) => !listed.has(name));
  if (lost !== undefined) throw new ProbeError(`${lost}: the manifest does not name this part of a probe`);
  if (document.probes.length !== manifest.probes.count) {
    throw new ProbeError(`expected ${manifest.probes.count} probes, got ${document.probes.length}`);
  }
  return document.probes;
}

class ProbeError extends DataError {}

/** What an error says of the bundle; null where it is not the bundle's. */
function codeOf(error: unknown): BundleCode | null {
  if (error instanceof ProbeError) return 'PROBE_MISSING';
  if (error instanceof WeightsError) return 'WEIGHTS';
  return error instanceof DataError || error instanceof ConfigError ? 'MODEL' : null;
}
