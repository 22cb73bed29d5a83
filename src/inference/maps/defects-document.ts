import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decode } from '../../config/codec.js';
import { DefectsConfig } from '../../config/defects.js';
import { layDefects } from '../../config/lay-defects.js';
import { PixelThresholdProvenance } from '../../config/threshold.js';
import { checkDefectsConfig } from '../../defects/check-config.js';
import { resolveLevels } from '../../defects/levels.js';
import type { RoiMask } from '../../defects/roi.js';
import type { Semantics } from '../../defects/stage.js';
import { ConfigError } from '../../errors.js';
import { readRoiMask } from '../roi-mask.js';
import { checkedProvenance } from '../thresholds/checked-provenance.js';

/** What the defects stages need, read from a file without its model. */
export interface DefectsDocument {
  readonly config: DefectsConfig;
  readonly semantics: Semantics;
  readonly pixelThreshold: number;
  readonly provenance: PixelThresholdProvenance;
  readonly roiMask?: RoiMask;
}

type Json = Record<string, unknown>;

/**
 * Reads the `defects` section of an `infer_config.json`, of this package or of the Python system, or of a file that holds
 * nothing else: `{"schema_version": 2, "defects": {...}}`, or the keys of the section themselves. A `schema_version` that
 * is absent or 1 means semantics 1.
 *
 * @param over keys that beat those of the file
 * @throws ConfigError with every problem and its path, when keys do not fit together, and when there is no pixel threshold
 */
export async function readDefectsDocument(file: string, over: Json): Promise<DefectsDocument> {
  const document = await readObject(file);
  const semantics = semanticsOf(document.schema_version, file);
  const section = sectionOf(document, semantics);
  const config = decode(DefectsConfig, layDefects(section, over), file);
  const value = config.pixel_threshold;
  if (value === null) {
    throw new ConfigError(`${file}: expected a number at defects.pixel_threshold, got none; give --pixel-threshold`);
  }
  checkDefectsConfig(config, semantics);
  resolveLevels(config, value, semantics);
  const roiMask = await readRoiMask(config, dirname(file));
  const stored = provenanceOf(document, file);
  if (typeof over.pixel_threshold === 'number' || stored?.value !== value) {
    const source = typeof over.pixel_threshold === 'number' ? 'explicit' : 'infer_config';
    return { config, semantics, pixelThreshold: value, provenance: { method: 'fixed', source, value }, roiMask };
  }
  const provenance = checkedProvenance(stored, config, roiMask) as PixelThresholdProvenance;
  return { config, semantics, pixelThreshold: value, provenance, roiMask };
}

async function readObject(file: string): Promise<Json> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new ConfigError(`${file}: cannot be read (${error.message})`, undefined, { cause: error });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${file}: is not valid JSON (${(error as Error).message})`, undefined, { cause: error });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new ConfigError(`${file}: expected an object with a "defects" section, got ${text.slice(0, 40).trim()}`);
}

function semanticsOf(version: unknown, file: string): Semantics {
  if (version === undefined || version === 1) return 1;
  if (version === 2) return 2;
  throw new ConfigError(`${file}: schema_version: expected 1 or 2, got ${JSON.stringify(version)}; update imgano`);
}

/** The Python system lets `postprocess.pixel_threshold.threshold` beat the section. */
function sectionOf(document: Json, semantics: Semantics): unknown {
  const { schema_version: _version, ...rest } = document;
  const section = 'defects' in document ? document.defects : rest;
  if (semantics === 2) return section;
  const postprocess = document.postprocess as { pixel_threshold?: { threshold?: unknown } } | undefined;
  const threshold = postprocess?.pixel_threshold?.threshold;
  return typeof threshold === 'number' ? layDefects(section, { pixel_threshold: threshold }) : section;
}

function provenanceOf(document: Json, file: string): PixelThresholdProvenance | null {
  const stored = document.pixel_threshold_provenance;
  if (!('defects' in document) || stored === undefined || stored === null) return null;
  return decode(PixelThresholdProvenance, stored, `${file}: pixel_threshold_provenance`);
}
