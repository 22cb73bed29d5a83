import { readFile } from 'node:fs/promises';
import { decode, NonEmptyString, refine, Sha256, strict, t } from '../../config/codec.js';
import { Probe } from '../../config/weights-manifest.js';
import { WeightsError } from '../../errors.js';
import type { ResolvedWeights } from '../weights-store.js';
import { writeWhole } from './write-whole.js';

/** What a backbone gave where its weights were approved. */
const ProbePin = strict('ProbePin', {
  schema_version: refine('schema version 1', t.number, (n) => n === 1, { const: 1 }),
  id: NonEmptyString,
  /** Of every file of the checkpoint, in the order of the manifest entry. */
  sha256: t.array(Sha256),
  backend: NonEmptyString,
  probe: Probe,
});

/** The file beside a checkpoint that holds its pinned probe. */
export function probePinOf({ files }: ResolvedWeights): string {
  return `${files[0].path}.probe.json`;
}

/**
 * The probe that was pinned beside a checkpoint, or null.
 *
 * @param path of a pin that lies elsewhere, which must be there
 * @throws WeightsError when the pin cannot be read, or belongs to other files; ConfigError when it is not of the form
 */
export async function readProbePin(weights: ResolvedWeights, path?: string): Promise<Probe | null> {
  const at = path ?? probePinOf(weights);
  const text = await readFile(at, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (path === undefined && cause.code === 'ENOENT') return null;
    throw new WeightsError(`${at}: the pinned probe cannot be read (${cause.message})`, { cause });
  });
  if (text === null) return null;
  const pin = decode(ProbePin, parse(text, at), at);
  const hashes = weights.files.map(({ sha256 }) => sha256);
  if (pin.sha256.join() === hashes.join()) return pin.probe;
  throw new WeightsError(
    `${at}: the probe was pinned for "${pin.id}" with sha256 ${pin.sha256.join(', ')}, but the weights "${weights.id}" here have ` +
      `${hashes.join(', ')}; probe the right file`,
  );
}

/**
 * Pins a probe beside its checkpoint, in place of an earlier one.
 *
 * @returns where
 * @throws DataError when it cannot be written
 */
export async function writeProbePin(weights: ResolvedWeights, probe: Probe, backend: string): Promise<string> {
  const sha256 = weights.files.map((file) => file.sha256);
  const pin = ProbePin.encode({ schema_version: 1, id: weights.id, sha256, backend, probe });
  const path = probePinOf(weights);
  await writeWhole(path, [`${JSON.stringify(pin, null, 2)}\n`], 'pinned probe');
  return path;
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WeightsError(`${path}: the pinned probe is not readable JSON (${(cause as Error).message})`, { cause });
  }
}
