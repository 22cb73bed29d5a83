import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BUNDLE_VERSION, ExpectedProbes, type BundleManifest } from '../../config/bundle.js';
import type { InferConfig } from '../../config/infer-config.js';
import { ConfigError, DataError, InterruptedError } from '../../errors.js';
import { hashFile } from '../../inference/hash-file.js';
import { canonicalJson } from '../../inference/records/canonical-json.js';
import { openWeightsStore } from '../../models/weights-store.js';
import { packageVersion } from '../../runtime/package-version.js';
import type { Progress } from '../../runtime/progress.js';
import { writeRunFolder } from '../train/run-folder.js';
import { BUNDLE_FILES } from './bundle-files.js';
import { checkBundleFiles } from './check-files.js';
import { BundleFiles, copyRun, copyWeights } from './copy-run.js';
import { expectedShare } from './expected-share.js';
import { thisMachine } from './machine.js';
import { manifestText } from './manifest.js';
import { observeBundle } from './observe-bundle.js';
import { refusal, weightsFolders } from './open-bundle.js';
import { readConfigFile } from './read-config-file.js';
import { signManifest } from './signature.js';
import { sketchScores } from './sketch.js';
import { writeExpected, writeProbes } from './write-probes.js';

export interface ExportOptions {
  /** The folder to write; must not exist, or be empty. */
  readonly out: string;
  /** Where probe pictures are taken from; without it they are made up. */
  readonly data?: string;
  /** How many probe pictures. */
  readonly probes: number;
  /** Of made-up probe pictures. */
  readonly seed: number;
  /** References of the probe pictures, for a model that needs them, instead of those of the run. */
  readonly references?: string;
  /** Put the files of external weights into the bundle; otherwise it only says which they are. */
  readonly copyWeights: boolean;
  /** A private Ed25519 key in PEM. */
  readonly signKey?: string;
  readonly backend?: string;
  readonly weights?: readonly string[];
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** What `imgano bundle export` reports. */
export interface ExportReport {
  readonly bundle: string;
  readonly model: string;
  readonly files: number;
  readonly bytes: number;
  readonly probes: BundleManifest['probes'];
  readonly exported_on: BundleManifest['exported_on'];
  readonly weights: BundleManifest['weights'];
  readonly signed: boolean;
  readonly manifest_sha256: string;
}

/**
 * Exports a trained run as a deploy bundle: everything that it needs, every file with its hash, and probe pictures with what every stage
 * gave for them here.
 *
 * @param run an `infer_config.json`, or the run folder that holds it
 * @throws ConfigError, DataError, WeightsError, UnsupportedBackendError; nothing is left behind then
 */
export async function exportBundle(run: string, options: ExportOptions): Promise<ExportReport> {
  const { out, signKey, progress } = options;
  await requireRoom(out);
  const { file: configFile, config } = await readConfigFile(run);
  requireHashes(configFile, config);
  let report: ExportReport | null = null;
  await writeRunFolder(out, async (dir) => {
    const files = new BundleFiles(dir);
    const store = openWeightsStore({ searchDirs: options.weights });
    const resolved = await Promise.all(config.model.weights.map(({ id }) => store.resolve(id)));
    await copyRun(configFile, config, files);
    const weights = await copyWeights(resolved, options.copyWeights, files);
    const { origin, pictures } = await writeProbes(files, config, configFile, options);
    const content = await probed(dir, files, pictures, { ...options, weightsOf: weights });
    const manifest: Omit<BundleManifest, 'manifest_sha256'> = {
      schema_version: BUNDLE_VERSION,
      imgano_version: packageVersion,
      created_utc: new Date().toISOString(),
      model: config.model.name,
      ...content,
      weights,
      probes: { origin, seed: origin === 'synthetic' ? options.seed : null, count: pictures.length },
      threshold: config.threshold,
      expected_share: expectedShare(config.threshold_provenance),
      calibration: sketchScores(config.calibration_scores),
      files: await hashed(dir, files),
    };
    const text = manifestText(manifest);
    const key = signKey === undefined ? null : signManifest(Buffer.from(text), signKey);
    await files.write(BUNDLE_FILES.manifest, text, 'audit');
    if (key !== null) await files.write(BUNDLE_FILES.signature, key, 'audit');
    const checked = await checkBundleFiles(dir, null);
    if (checked.manifest === undefined || checked.findings.length > 0) throw refusal(out, checked.findings);
    const { model, probes, exported_on, manifest_sha256 } = checked.manifest;
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    const counted = { files: manifest.files.length, bytes };
    report = {
      ...{ bundle: out, model, ...counted, probes, exported_on },
      ...{ weights, signed: key !== null, manifest_sha256 },
    };
  }).finally(() => progress.stop());
  return report as unknown as ExportReport;
}

async function requireRoom(out: string): Promise<void> {
  if (!existsSync(out)) return;
  const names = await readdir(out).catch(() => null);
  if (names?.length === 0) return;
  throw new DataError(`${out}: exists already and is not an empty folder; choose another folder for the bundle`);
}

/** Without their hashes, nobody could prove the files of a model. */
function requireHashes(file: string, { checkpoint }: InferConfig): void {
  if (checkpoint === null || checkpoint.files.length > 0) return;
  throw new ConfigError(`${file}: names no sha256 of its model files, so a bundle could not prove them; train again`);
}

/** Runs the probes in the bundle itself, so that what is expected is what its own files give. */
async function probed(
  dir: string,
  files: BundleFiles,
  pictures: readonly string[],
  options: ExportOptions & { weightsOf: BundleManifest['weights'] },
): Promise<Pick<BundleManifest, 'config_sha256' | 'exported_on'>> {
  const { backend, progress, signal } = options;
  const weights = await weightsFolders(dir, { weights: options.weightsOf }, options.weights);
  const observed = await observeBundle(dir, { backend, weights, warn: (line) => progress.warn(line) });
  try {
    progress.start('running probes', pictures.length);
    const probes = [];
    for (const picture of pictures) {
      if (signal?.aborted === true) throw new InterruptedError('the export was stopped before it was done');
      probes.push(await writeExpected(observed, dir, picture, files));
      progress.update(probes.length);
    }
    const document = ExpectedProbes.encode({ schema_version: BUNDLE_VERSION, probes });
    await files.write(BUNDLE_FILES.expected, `${canonicalJson(document, 2)}\n`, 'probe');
    return { config_sha256: observed.run.info.configSha256, exported_on: thisMachine() };
  } finally {
    await observed.run.dispose();
  }
}

async function hashed(dir: string, { roles }: BundleFiles): Promise<BundleManifest['files'][number][]> {
  const paths = [...roles.keys()].sort();
  return Promise.all(
    paths.map(async (path) => ({ path, role: roles.get(path) ?? 'audit', ...(await hashFile(join(dir, path))) })),
  );
}
