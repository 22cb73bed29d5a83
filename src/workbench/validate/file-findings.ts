import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { error, warning, type Finding } from '../../config/finding.js';
import type { InferConfig } from '../../config/infer-config.js';
import { openReferences } from '../../data/references.js';
import type { RoiMask } from '../../defects/roi.js';
import { ImganoError } from '../../errors.js';
import { findCheckpoint } from '../../inference/checks/find-checkpoint.js';
import { hashFile } from '../../inference/hash-file.js';
import { readRoiMask } from '../../inference/roi-mask.js';
import { checkedProvenance } from '../../inference/thresholds/checked-provenance.js';
import type { ModelSpec } from '../../models/spec.js';

/**
 * Whether every file that a config names is there, and is the one that was exported.
 *
 * @param file the document
 * @param spec null for an unknown model, whose files are not looked for
 */
export async function fileFindings(config: InferConfig, spec: ModelSpec | null, file: string): Promise<Finding[]> {
  const folder = dirname(resolve(file));
  return [
    ...(spec === null ? [] : await modelFileFindings(config, spec, file)),
    ...(await referenceFindings(config, folder)),
    ...(await controlFindings(config, folder)),
    ...(await referencedFindings(config, folder)),
  ];
}

async function modelFileFindings(config: InferConfig, spec: ModelSpec, file: string): Promise<Finding[]> {
  const { folder, findings } = await findCheckpoint(config, spec, file);
  if (folder === null) return [...findings];
  const files = (config.checkpoint?.files ?? []).map(async ({ path, sha256 }, i): Promise<Finding[]> => {
    const place = `checkpoint.files[${i}]`;
    const found = await hashFile(join(folder, path)).catch(() => null);
    if (found === null) {
      const message = `${join(folder, path)} cannot be read`;
      return [error('FILE_MISSING', place, message, 'copy the whole run again')];
    }
    if (found.sha256 === sha256) return [];
    const message = `${join(folder, path)} has sha256 ${found.sha256}, not ${sha256}`;
    return [error('FILE_ALTERED', `${place}.sha256`, message, 'copy the run again')];
  });
  return [...findings, ...(await Promise.all(files)).flat()];
}

async function referenceFindings({ reference_dir: dir }: InferConfig, folder: string): Promise<Finding[]> {
  if (dir === undefined) return [];
  const message = await troubleOf(() => openReferences(resolve(folder, dir)));
  if (message === null) return [];
  return [error('REFERENCES_MISSING', 'reference_dir', message, 'copy the references beside the config')];
}

/** The picture of the region of interest, and what was claimed for the controls with it. */
async function controlFindings(config: InferConfig, folder: string): Promise<Finding[]> {
  let roiMask: RoiMask | undefined;
  const path = 'defects.roi_mask_path';
  const message = await troubleOf(async () => (roiMask = await readRoiMask(config.defects, folder)));
  if (message !== null) return [error('ROI_MASK_UNREADABLE', path, message, 'copy the picture beside the config')];
  const provenance = checkedProvenance(config.pixel_threshold_provenance, config.defects, roiMask);
  if (provenance?.controls_changed !== true) return [];
  const changed = 'the pixel threshold was calibrated through other controls, so that what it claims does not hold';
  return [warning('PIXEL_CONTROLS_CHANGED', 'pixel_threshold_provenance', changed, 'imgano calibrate finds it anew')];
}

/** Documents that the export says lie beside it. */
async function referencedFindings({ artifact_quality: quality }: InferConfig, folder: string): Promise<Finding[]> {
  const refs = { audit_refs: quality?.audit_refs, deploy_refs: quality?.deploy_refs };
  const named = Object.entries(refs).flatMap(([kind, paths]) =>
    Object.entries(paths ?? {}).map(([role, path]) => ({ at: `artifact_quality.${kind}.${role}`, path })),
  );
  const found = named.map(async ({ at, path }) => {
    // The Python system writes them relative to the document or to the folder above it.
    for (const base of [folder, dirname(folder)]) {
      if ((await stat(resolve(base, path)).catch(() => null)) !== null) return [];
    }
    return [error('REFERENCED_FILE_MISSING', at, `there is no file ${path}`, 'copy it, or remove the entry')];
  });
  return (await Promise.all(found)).flat();
}

async function troubleOf(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (trouble) {
    if (trouble instanceof ImganoError) return trouble.message;
    throw trouble;
  }
}
