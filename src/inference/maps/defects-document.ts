import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decode } from '../../config/codec.js';
import { DefectsConfig } from '../../config/defects.js';
import { examineLeniently } from '../../config/examine-leniently.js';
import { findingLine, findingOf } from '../../config/finding.js';
import { layDefects } from '../../config/lay-defects.js';
import { legacyDefects } from '../../config/legacy-rules.js';
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
 * @param warn is told of unknown keys where `schema_version` is absent or 1; in 2 they are refused
 * @throws ConfigError with every problem and its path, when keys do not fit together, and when there is no pixel threshold
 */
export async function readDefectsDocument(
  file: string,
  over: Json,
  warn: (line: string) => void = () => {},
): Promise<DefectsDocument> {
  const document = await readObject(file);
  const semantics = semanticsOf(document.schema_version, file);
  const config = decodeSection(layDefects(sectionOf(document, semantics), over), semantics, file, warn);
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

/** The section of a whole document, or a file that is nothing else. */
function sectionOf(document: Json, semantics: Semantics): unknown {
  const { schema_version: _version, ...rest } = document;
  if (!('defects' in document)) return rest;
  return semantics === 2 ? document.defects : legacyDefects(document);
}

function decodeSection(
  section: unknown,
  semantics: Semantics,
  file: string,
  warn: (line: string) => void,
): DefectsConfig {
  if (semantics === 2) return decode(DefectsConfig, section, file);
  const { value, unknown } = examineLeniently(DefectsConfig, section);
  if (value === undefined) return decode(DefectsConfig, section, file);
  unknown.forEach((problem) => warn(findingLine(file, findingOf(problem, 'warning'))));
  return value;
}

function provenanceOf(document: Json, file: string): PixelThresholdProvenance | null {
  const stored = document.pixel_threshold_provenance;
  if (!('defects' in document) || stored === undefined || stored === null) return null;
  return decode(PixelThresholdProvenance, stored, `${file}: pixel_threshold_provenance`);
}
