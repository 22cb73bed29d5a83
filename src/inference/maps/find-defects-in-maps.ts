import { decodeMap } from '../../data/decode-map.js';
import { listMaps } from '../../data/list-maps.js';
import { findDefects } from '../../defects/find-defects.js';
import { InterruptedError } from '../../errors.js';
import type { Progress } from '../../runtime/progress.js';
import { startRuntime } from '../../runtime/start.js';
import { tf } from '../../runtime/tf.js';
import { prefetch } from '../prefetch.js';
import { defectsRecord, regionsLine } from '../records/record.js';
import type { RecordSink } from '../sinks/record-sink.js';
import { saveMask } from '../sinks/save-artifacts.js';
import { CONTROLS_CHANGED } from '../thresholds/checked-provenance.js';
import { makeFolders } from '../write-inspections.js';
import { readDefectsDocument } from './defects-document.js';

export interface MapsRequest {
  /** A map, or a folder of maps. */
  readonly input: string;
  /** A file with a `defects` section. */
  readonly config: string;
  /** Keys that beat those of the section, in its shape. */
  readonly defects: Record<string, unknown>;
  /** Made when the config has been read, so that a wrong one replaces no file. */
  readonly sink: () => RecordSink;
  readonly regions?: () => RecordSink;
  /** Folder for the masks. */
  readonly masks?: string;
  readonly backend?: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

export interface MapsReport {
  readonly maps: number;
  readonly maps_with_regions: number;
  readonly regions: number;
  readonly semantics: 1 | 2;
  readonly pixel_threshold: number;
}

/**
 * Runs the defects stages on maps that were saved earlier, without a model. The `defects` of every record equals that of
 * `imgano infer` for the same map and config.
 *
 * @throws ConfigError, DataError, ShapeError; records that were written before stay whole
 */
export async function findDefectsInMaps(request: MapsRequest): Promise<MapsReport> {
  const { progress, signal, masks } = request;
  const { config, semantics, pixelThreshold, provenance, roiMask } = await readDefectsDocument(
    request.config,
    request.defects,
    (line) => progress.warn(line),
  );
  if (provenance.controls_changed === true) progress.warn(CONTROLS_CHANGED);
  const paths = await listMaps(request.input);
  await startRuntime(request.backend, { warn: (line) => progress.warn(line) });
  await makeFolders({ masks });
  const sinks = { main: request.sink(), regions: request.regions?.() };
  let [index, withRegions, regions] = [0, 0, 0];
  progress.start('finding defects', paths.length);
  try {
    for await (const { height, width, data } of prefetch(paths, 3, decodeMap)) {
      if (signal?.aborted === true)
        throw new InterruptedError(`stopped after ${index} maps; what was written is whole`);
      const map = tf.tensor2d(data, [height, width]);
      const imageSize = { height, width };
      const found = await findDefects(map, { config, semantics, pixelThreshold, roiMask, imageSize }).finally(() =>
        map.dispose(),
      );
      const input = paths[index];
      const plain = defectsRecord(found, provenance, config.mask_format);
      const defects = masks === undefined ? plain : await saveMask(plain, found.mask, { folder: masks, index, input });
      await sinks.regions?.write(regionsLine({ index, input }, defects));
      await sinks.main.write({ index, input, defects });
      regions += found.regions.length;
      withRegions += found.regions.length > 0 ? 1 : 0;
      progress.update(++index);
    }
  } finally {
    progress.stop();
    sinks.main.close();
    sinks.regions?.close();
  }
  return { maps: index, maps_with_regions: withRegions, regions, semantics, pixel_threshold: pixelThreshold };
}
