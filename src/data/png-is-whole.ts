/**
 * Whether the chunks of a PNG run up to its `IEND` (PNG 3rd edition, section 5). libpng is content once it has the last row, so
 * a file that is still being written could pass for a whole one.
 */
export function pngIsWhole(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 8; at + 12 <= file.length; at += 12 + file.readUInt32BE(at)) {
    if (file.toString('latin1', at + 4, at + 8) === 'IEND') return true;
  }
  return false;
}
