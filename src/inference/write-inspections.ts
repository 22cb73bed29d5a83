import { mkdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { encodeNpy } from '../data/npy.js';
import { encodePng } from '../data/encode.js';
import { writeFileWhole } from '../data/write-whole.js';
import { DataError } from '../errors.js';
import { regionsLine, type DefectsRecord } from './records/record.js';
import type { RecordSink } from './sinks/jsonl.js';
import type { Inspection } from './run.js';
import { MASK_FORMATS, type Mask } from './sinks/mask-formats.js';
import { renderOverlay } from './sinks/overlay.js';

export interface OutputFolders {
  readonly maps?: string;
  readonly masks?: string;
  readonly overlays?: string;
  /** Overlays are shrunk until their longer side has at most so many pixels. */
  readonly overlayMaxSize?: number;
}

export interface Outputs extends OutputFolders {
  /** Takes the regions of every picture, just before its record is written. */
  readonly regions?: RecordSink;
}

export interface WriteCounts {
  processed: number;
  anomalous: number;
  errors: number;
  regions: number;
}

/**
 * Writes every inspection: first its map, mask and overlay, then its line, so that a line never names a file that is
 * not there. Files are named `{index}_{stem}`, which cannot clash within a run.
 *
 * @param outputs folders that are there already (see `makeFolders`)
 * @param pixelThreshold anchors the colours of the overlays; null draws no heat map
 */
export async function writeInspections(
  inspections: AsyncIterable<Inspection>,
  sink: RecordSink,
  outputs: Outputs,
  pixelThreshold: number | null,
  onDone: (counts: Readonly<WriteCounts>) => void = () => {},
): Promise<WriteCounts> {
  const counts: WriteCounts = { processed: 0, anomalous: 0, errors: 0, regions: 0 };
  for await (const inspection of inspections) {
    const record = await saveArtifacts(inspection, outputs, pixelThreshold);
    if ('defects' in record && record.defects !== undefined)
      outputs.regions?.write(regionsLine(record, record.defects));
    sink.write(record);
    counts.processed += 1;
    if ('error' in record) counts.errors += 1;
    else {
      counts.anomalous += record.label === 1 ? 1 : 0;
      counts.regions += record.defects?.regions.length ?? 0;
    }
    onDone(counts);
  }
  return counts;
}

/** Makes the folders for artifacts. @throws DataError when one cannot be made */
export async function makeFolders(folders: OutputFolders): Promise<void> {
  for (const folder of [folders.maps, folders.masks, folders.overlays]) {
    if (folder === undefined) continue;
    await mkdir(folder, { recursive: true }).catch((error: Error) => {
      throw new DataError(`${folder}: the folder cannot be made (${error.message})`, { cause: error });
    });
  }
}

/** Writes the artifacts of one inspection; gives its record with their paths. */
export async function saveArtifacts(
  { record, picture, map, mask }: Inspection,
  folders: OutputFolders,
  pixelThreshold: number | null,
): Promise<Inspection['record']> {
  if ('error' in record) return record;
  const stem = stemOf(record);
  const saved = { ...record };
  if (folders.maps !== undefined && map !== null && saved.anomaly_map !== undefined) {
    const path = join(folders.maps, `${stem}.npy`);
    await writeFileWhole(path, encodeNpy([map.height, map.width], map.data));
    saved.anomaly_map = { ...saved.anomaly_map, path };
  }
  if (folders.masks !== undefined && mask !== null && saved.defects !== undefined) {
    saved.defects = await saveMask(saved.defects, mask, { ...record, folder: folders.masks });
  }
  if (folders.overlays !== undefined && picture !== null && map !== null && pixelThreshold !== null) {
    const { overlayMaxSize: maxSize } = folders;
    const regions = saved.defects?.regions;
    const image = renderOverlay({ picture, map, mask, regions, threshold: pixelThreshold, maxSize });
    await writeFileWhole(join(folders.overlays, `${stem}.png`), await encodePng(image));
  }
  return saved;
}

/** Writes the mask of a result in the format that its record names; gives the record with the path. */
export async function saveMask(
  defects: DefectsRecord,
  mask: Mask,
  place: { folder: string; index: number; input: string },
): Promise<DefectsRecord> {
  const { encoding } = defects.mask;
  const path = join(place.folder, `${stemOf(place)}.${encoding}`);
  await writeFileWhole(path, await MASK_FORMATS[encoding](mask));
  return { ...defects, mask: { ...defects.mask, path } };
}

/** What the artifacts of an input are called: unique within a run. */
function stemOf({ index, input }: { index: number; input: string }): string {
  return `${String(index).padStart(6, '0')}_${basename(input, extname(input))}`;
}
