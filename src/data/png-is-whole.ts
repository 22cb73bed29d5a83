import { open } from 'node:fs/promises';

/** Bytes of a chunk beside its content: length, type and check sum. */
const FRAME = 12;
const SIGNATURE = 8;

/**
 * Whether the chunks of a PNG run up to its `IEND` (PNG 3rd edition, section 5). libpng is content once it has the last row, so
 * a file that is still being written could pass for a whole one.
 */
export function pngIsWhole(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = SIGNATURE; at + FRAME <= file.length; at += FRAME + file.readUInt32BE(at)) {
    if (isEnd(file.subarray(at))) return true;
  }
  return false;
}

/** The same for a file, of which only the heads of the chunks are read. */
export async function pngFileIsWhole(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const chunk = Buffer.alloc(FRAME);
    for (let at = SIGNATURE; ; at += FRAME + chunk.readUInt32BE(0)) {
      const { bytesRead } = await file.read(chunk, 0, FRAME, at);
      if (bytesRead < FRAME) return false;
      if (isEnd(chunk)) return true;
    }
  } finally {
    await file.close();
  }
}

function isEnd(chunk: Buffer): boolean {
  return chunk.toString('latin1', 4, 8) === 'IEND';
}
