import { dirname, resolve } from 'node:path';
import type { BundleManifest, ExpectedProbe } from '../../config/bundle.js';
import type { InferConfig } from '../../config/infer-config.js';
import { encodePng } from '../../data/encode.js';
import { openReferences } from '../../data/references.js';
import { ConfigError, DataError } from '../../errors.js';
import { MASK_FORMATS } from '../../inference/sinks/mask-formats.js';
import { findModel } from '../../models/registry.js';
import { BUNDLE_FILES } from './bundle-files.js';
import { probesFromData, syntheticProbes, type ChosenProbe } from './choose-probes.js';
import type { BundleFiles } from './copy-run.js';
import { probeRecord, type ObservedRun } from './probe-record.js';

export interface ProbeChoice {
  readonly data?: string;
  readonly probes: number;
  readonly seed: number;
  readonly references?: string;
}

/**
 * Writes the probe pictures of a bundle, and the references of each for a model that needs them.
 *
 * @returns the paths of the pictures below the bundle
 * @throws ConfigError when a model that needs references has none for the probes; DataError when pictures cannot be read
 */
export async function writeProbes(
  files: BundleFiles,
  config: InferConfig,
  configFile: string,
  { data, probes, seed, references: given }: ProbeChoice,
): Promise<{ origin: BundleManifest['probes']['origin']; pictures: string[] }> {
  const chosen = data === undefined ? await syntheticProbes(probes, seed) : await probesFromData(data, probes);
  if (chosen.length === 0) throw new DataError(`${data}: holds no picture for a probe; name a folder of pictures`);
  const pictures: string[] = [];
  for (const [i, { bytes, suffix }] of chosen.entries()) {
    const path = `${BUNDLE_FILES.pictures}/${numbered(i)}${suffix}`;
    await files.write(path, bytes, 'probe');
    pictures.push(path);
  }
  if (findModel(config.model.name).needs.references === true) {
    const stored = config.reference_dir && resolve(dirname(configFile), config.reference_dir);
    await writeReferences(files, chosen, given ?? stored);
  }
  return { origin: data === undefined ? 'synthetic' : 'data', pictures };
}

async function writeReferences(
  files: BundleFiles,
  chosen: readonly ChosenProbe[],
  folder: string | undefined,
): Promise<void> {
  if (folder === undefined || chosen.some(({ source }) => source === null)) {
    throw new ConfigError(
      'this model compares every picture with a reference; give --data PICTURES and --reference-dir FOLDER for the probes',
    );
  }
  const references = await openReferences(folder);
  for (const [i, { source }] of chosen.entries()) {
    const picture = await source!.decode();
    const { width, height, rgb } = await references.of(picture);
    const bytes = await encodePng({ width, height, channels: 3, data: rgb });
    await files.write(`${BUNDLE_FILES.references}/${numbered(i)}.png`, bytes, 'probe');
  }
}

/** Inspects a probe and writes its mask; gives what another machine is to find. */
export async function writeExpected(
  observed: ObservedRun,
  dir: string,
  picture: string,
  files: BundleFiles,
): Promise<ExpectedProbe> {
  const { stages, mask } = await probeRecord(observed, dir, picture).catch((error: unknown) => {
    if (!(error instanceof DataError)) throw error;
    const remedy = 'give pictures that the model can inspect with --data';
    throw new DataError(`the run cannot inspect the probe ${picture} (${error.message}); ${remedy}`, { cause: error });
  });
  if (mask === null || stages.mask === null) return { ...stages, mask: null };
  const name = picture.slice(BUNDLE_FILES.pictures.length + 1).replace(/\.[^.]*$/, '');
  const path = `${BUNDLE_FILES.masks}/${name}.png`;
  await files.write(path, await MASK_FORMATS.png.encode(mask), 'probe');
  return { ...stages, mask: { path, ...stages.mask } };
}

function numbered(i: number): string {
  return String(i).padStart(3, '0');
}
