import { constants } from 'node:fs';
import { copyFile, mkdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { BundleManifest } from '../../config/bundle.js';
import type { InferConfig } from '../../config/infer-config.js';
import { fileTrouble } from '../../data/file-trouble.js';
import { listPictures } from '../../data/list-pictures.js';
import { DataError } from '../../errors.js';
import { pinOf } from '../../models/weights/pin.js';
import type { ResolvedWeights } from '../../models/weights-store.js';
import { writeFileWhole } from '../../data/write-whole.js';
import { canonicalJson } from '../../inference/records/canonical-json.js';
import { BUNDLE_FILES } from './bundle-files.js';

type Role = BundleManifest['files'][number]['role'];

/** Documents of a run that tell how it came to be; they travel with it where they are there. */
const AUDIT = ['report.json', 'config.json', 'environment.json', 'calibration_card.json', 'operator_contract.json'];

/** Fills a bundle, and keeps what role every file has. */
export class BundleFiles {
  readonly roles = new Map<string, Role>();

  constructor(private readonly dir: string) {}

  /** @param path below the bundle, with "/" */
  async write(path: string, content: Uint8Array | string, role: Role): Promise<void> {
    await mkdir(dirname(join(this.dir, path)), { recursive: true });
    await writeFileWhole(join(this.dir, path), content);
    this.roles.set(path, role);
  }

  async copy(from: string, path: string, role: Role): Promise<void> {
    await mkdir(dirname(join(this.dir, path)), { recursive: true });
    await copyFile(from, join(this.dir, path), constants.COPYFILE_FICLONE).catch((cause: unknown) => {
      throw new DataError(`${from}: cannot be copied into the bundle, because ${fileTrouble(cause)}`, { cause });
    });
    this.roles.set(path, role);
  }
}

/**
 * Copies a run into a bundle: its config as it is, and everything that the config names.
 *
 * @param configFile the `infer_config.json`
 * @throws DataError when the config names a file outside the folder of the run, or one that cannot be copied
 */
export async function copyRun(configFile: string, config: InferConfig, files: BundleFiles): Promise<void> {
  const root = dirname(resolve(configFile));
  const inside = (named: string, key: string): string => {
    const below = relative(root, resolve(root, named));
    if (below !== '' && !below.startsWith('..') && resolve(root, below) === resolve(root, named) && named === below) {
      return below.split(sep).join('/');
    }
    throw new DataError(
      `${configFile}: ${key} names ${named}, which is not below the folder of the run; copy it there and name it so`,
    );
  };
  await files.copy(configFile, BUNDLE_FILES.config, 'config');
  const { checkpoint, defects, reference_dir: references } = config;
  for (const { path } of checkpoint?.files ?? []) {
    const model = `${inside(checkpoint?.path ?? '', 'checkpoint.path')}/${path}`;
    await files.copy(join(root, model), model, 'model');
  }
  if (defects.roi_mask_path !== null) {
    const path = inside(defects.roi_mask_path, 'defects.roi_mask_path');
    await files.copy(join(root, path), path, 'region_of_interest');
  }
  if (references !== undefined) {
    const below = inside(references, 'reference_dir');
    const isFolder = (await stat(join(root, below))).isDirectory();
    const pictures = isFolder ? await listPictures(join(root, below)) : [join(root, below)];
    for (const path of pictures) await files.copy(path, inside(relative(root, path), 'reference_dir'), 'references');
  }
  for (const name of AUDIT) {
    const found = await stat(join(root, name)).catch(() => null);
    if (found !== null) await files.copy(join(root, name), name, 'audit');
  }
}

/**
 * Puts weights into a bundle: always the manifest entry, with the hashes that were verified, so that the machine it goes to knows
 * what they are; the files themselves when asked.
 */
export async function copyWeights(
  weights: readonly ResolvedWeights[],
  included: boolean,
  files: BundleFiles,
): Promise<BundleManifest['weights'][number][]> {
  for (const { id, entry, files: found } of weights) {
    const pinned = {
      ...entry,
      files: found.map(({ name, sha256, bytes }) => ({ path: name, sha256, bytes })),
    };
    await files.write(`${BUNDLE_FILES.entries}/${id}/manifest/${id}.json`, `${canonicalJson(pinned, 2)}\n`, 'weights');
    if (!included) continue;
    for (const file of found) {
      const path = `${BUNDLE_FILES.weights}/${id}/${file.name}`;
      await files.write(path, await file.read(), 'weights');
      // A machine that knows the entry may know it without the hash.
      await files.write(pinOf(path), `${file.sha256}\n`, 'weights');
    }
  }
  return weights.map(({ id, entry, files: found }) => ({
    id,
    license: entry.license,
    origin: entry.origin,
    included,
    files: found.map(({ name, sha256, bytes }) => ({ path: name, sha256, bytes })),
  }));
}
