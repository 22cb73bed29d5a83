import { createHash } from 'node:crypto';
import { canonicalJson } from '../../inference/records/canonical-json.js';
import type { Inspection } from '../../inference/run.js';

/** sha256 of everything that inspections give: records, maps and masks, in order. */
export async function outputDigest(inspections: AsyncIterable<Inspection>): Promise<string> {
  const hash = createHash('sha256');
  for await (const { record, map, mask } of inspections) {
    hash.update(canonicalJson(record));
    if (map !== null) hash.update(bytesOf(map.data));
    if (mask !== null) hash.update(mask.data);
  }
  return hash.digest('hex');
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
