export type PictureFormat = 'png' | 'jpeg' | 'tiff' | 'webp' | 'bmp';

const signatures: readonly { format: PictureFormat; bytes: string; at?: number }[] = [
  { format: 'png', bytes: '\x89PNG\r\n\x1a\n' },
  { format: 'jpeg', bytes: '\xff\xd8\xff' },
  { format: 'tiff', bytes: 'II*\0' },
  { format: 'tiff', bytes: 'MM\0*' },
  { format: 'tiff', bytes: 'II+\0' },
  { format: 'tiff', bytes: 'MM\0+' },
  { format: 'webp', bytes: 'WEBP', at: 8 },
  { format: 'bmp', bytes: 'BM' },
];

/**
 * The format that the first bytes say, whatever the name of the file; null for anything else. Formats that are not on the
 * list (SVG, GIF, PDF ...) never reach the decoder, although its library could open them.
 */
export function pictureFormat(bytes: Uint8Array): PictureFormat | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 16)).toString('latin1');
  return signatures.find((s) => head.startsWith(s.bytes, s.at))?.format ?? null;
}
