import { rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { encodePng } from '../../data/encode.js';
import { encodeNpy } from '../../data/npy.js';
import { writeFileWhole } from '../../data/write-whole.js';
import type { DefectsRecord } from '../records/record.js';
import type { Inspection } from '../run.js';
import { MASK_FORMATS, type Mask } from './mask-formats.js';
import { renderOverlay } from './overlay.js';

export interface OutputFolders {
  readonly maps?: string;
  /** What records and headers call the folder of the maps; default: as it is given. */
  readonly mapsNamed?: string;
  readonly masks?: string;
  readonly overlays?: string;
  /** Overlays are shrunk until their longer side has at most so many pixels. */
  readonly overlayMaxSize?: number;
  /** The name under which this run alone writes, whenever it goes on: see `writeFileWhole`. */
  readonly writer?: string;
}

/**
 * Writes the artifacts of one inspection, each whole; gives its record with their paths.
 *
 * @param pixelThreshold anchors the colours of the overlay; null draws none
 * @throws DataError when one cannot be written; those of this inspection that were written before it are removed again
 */
export async function saveArtifacts(
  inspection: Inspection,
  folders: OutputFolders,
  pixelThreshold: number | null,
): Promise<Inspection['record']> {
  const written: string[] = [];
  const write = async (path: string, content: Uint8Array) => {
    await writeFileWhole(path, content, folders.writer);
    written.push(path);
  };
  try {
    return await saveEach(inspection, folders, pixelThreshold, write);
  } catch (error) {
    for (const path of written) await rm(path, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function saveEach(
  { record, picture, map, mask }: Inspection,
  folders: OutputFolders,
  pixelThreshold: number | null,
  write: (path: string, content: Uint8Array) => Promise<void>,
): Promise<Inspection['record']> {
  if ('error' in record) return record;
  const stem = stemOf(record);
  const saved = { ...record };
  if (folders.maps !== undefined && map !== null && saved.anomaly_map !== undefined) {
    const name = `${stem}.npy`;
    await write(join(folders.maps, name), encodeNpy([map.height, map.width], map.data));
    saved.anomaly_map = { ...saved.anomaly_map, path: join(folders.mapsNamed ?? folders.maps, name) };
  }
  if (folders.masks !== undefined && mask !== null && saved.defects !== undefined) {
    saved.defects = await saveMask(saved.defects, mask, { ...record, folder: folders.masks }, write);
  }
  if (folders.overlays !== undefined && picture !== null && map !== null && pixelThreshold !== null) {
    const { overlayMaxSize: maxSize } = folders;
    const regions = saved.defects?.regions;
    const image = renderOverlay({ picture, map, mask, regions, threshold: pixelThreshold, maxSize });
    await write(join(folders.overlays, `${stem}.png`), await encodePng(image));
  }
  return saved;
}

/** Writes the mask of a result in the format that its record names; gives the record with the path. */
export async function saveMask(
  defects: DefectsRecord,
  mask: Mask,
  place: { folder: string; index: number; input: string },
  write: (path: string, content: Uint8Array) => Promise<void> = writeFileWhole,
): Promise<DefectsRecord> {
  const { suffix, encode } = MASK_FORMATS[defects.mask.encoding];
  const path = join(place.folder, `${stemOf(place)}${suffix}`);
  await write(path, await encode(mask));
  return { ...defects, mask: { ...defects.mask, path } };
}

/** What the artifacts of an input are called: unique within a run. */
function stemOf({ index, input }: { index: number; input: string }): string {
  return `${String(index).padStart(6, '0')}_${basename(input, extname(input))}`;
}
