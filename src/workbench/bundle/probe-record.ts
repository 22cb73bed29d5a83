import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ExpectedProbe } from '../../config/bundle.js';
import { decodePicture } from '../../data/decode.js';
import type { Picture, PictureSource } from '../../data/picture.js';
import { DataError } from '../../errors.js';
import { canonicalJson } from '../../inference/records/canonical-json.js';
import type { Inspection, Run } from '../../inference/run.js';
import type { Mask } from '../../inference/sinks/mask-formats.js';
import type { ObservedDetector } from './observed-detector.js';
import { summariseTensor } from './tensor-summary.js';

/** What a probe picture gave on this machine, stage by stage. */
export interface ProbeResult {
  readonly stages: Omit<ExpectedProbe, 'mask'> & { readonly mask: { sha256: string; area: number } | null };
  readonly mask: Mask | null;
  /** The largest absolute value of the map; 0 without one. */
  readonly mapScale: number;
}

/** A run whose model tells what it sees. */
export interface ObservedRun {
  readonly run: Run;
  readonly detector: ObservedDetector;
}

/**
 * Inspects a probe picture exactly as `infer` would, and tells what every stage gave.
 *
 * @param dir the bundle
 * @param picture below it, which is also what the record calls it
 * @throws DataError when the picture cannot be inspected
 */
export async function probeRecord(observed: ObservedRun, dir: string, picture: string): Promise<ProbeResult> {
  const { detector } = observed;
  detector.restart();
  const { record, map, mask, picture: decoded } = await inspectProbe(observed, dir, picture);
  if ('error' in record || decoded === null) throw new DataError(`${picture}: the probe could not be inspected`);
  const { pixels, scores, maps } = detector.seen;
  const summary = map === null ? null : summariseTensor([map.height, map.width], map.data);
  return {
    stages: {
      picture,
      decode: {
        height: decoded.height,
        width: decoded.width,
        bits: decoded.rgb instanceof Uint16Array ? '16' : '8',
        sha256: sha256(bytesOf(decoded.rgb)),
      },
      preprocess: pixels,
      model: { score: record.score, label: record.label ?? null, scores, maps },
      map: summary,
      mask: mask === null ? null : { sha256: sha256(mask.data), area: mask.data.reduce((a, b) => a + b, 0) },
      regions: record.defects === undefined ? null : (record.defects.regions as unknown as Record<string, unknown>[]),
      record_sha256: sha256(Buffer.from(canonicalJson(record))),
    },
    mask,
    mapScale: summary === null ? 0 : Math.max(Math.abs(summary.min), Math.abs(summary.max)),
  };
}

/** The mask that a probe would have, if every value of its map were off by `offset`. */
export async function shiftedMask(
  observed: ObservedRun,
  dir: string,
  picture: string,
  offset: number,
): Promise<Mask | null> {
  observed.detector.restart(offset);
  const { mask } = await inspectProbe(observed, dir, picture);
  return mask;
}

async function inspectProbe({ run }: ObservedRun, dir: string, picture: string): Promise<Inspection> {
  const { givesMaps, pixelThreshold } = run.info;
  const source: PictureSource = { name: picture, decode: () => decodeNamed(join(dir, picture), picture) };
  const walk = run.inspectAll([source], { maps: givesMaps, defects: givesMaps && pixelThreshold !== null });
  for await (const inspection of walk) return inspection;
  throw new DataError(`${picture}: the probe gave no record`);
}

/** Called as in the bundle, wherever that lies, so that the record is the same everywhere. */
async function decodeNamed(path: string, name: string): Promise<Picture> {
  return { ...(await decodePicture(path)), source: name };
}

function bytesOf(values: Uint8Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
