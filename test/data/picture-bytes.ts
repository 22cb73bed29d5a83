import { crc32, deflateSync } from 'node:zlib';

/** Picture files written byte by byte, so that the decoder is tested against pixels that no picture library has touched. */

export interface Samples {
  readonly width: number;
  readonly height: number;
  /** Row by row, sample by sample. */
  readonly values: readonly number[];
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc(body), out.length - 4);
  return out;
}

/** CRC-32 of ISO 3309; `zlib.crc32` came with Node 20.15. */
function crc(bytes: Uint8Array): number {
  if (typeof crc32 === 'function') return crc32(bytes);
  let c = 0xffffffff;
  for (const byte of bytes) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return (c ^ 0xffffffff) >>> 0;
}

const pngChannels: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export function pngHeader(width: number, height: number, bits = 8, colorType = 2): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bits;
  header[9] = colorType;
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header)]);
}

/** A PNG of colour type 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA, with 8 or 16 bits. */
export function pngBytes(
  { width, height, values }: Samples,
  { bits = 8, colorType = 2, palette }: { bits?: 8 | 16; colorType?: number; palette?: readonly number[] } = {},
): Buffer {
  const perRow = width * pngChannels[colorType];
  const rows: Buffer[] = [];
  for (let y = 0; y < height; y++) {
    const row = Buffer.alloc(1 + (perRow * bits) / 8);
    for (let i = 0; i < perRow; i++) {
      const value = values[y * perRow + i];
      if (bits === 16) row.writeUInt16BE(value, 1 + 2 * i);
      else row[1 + i] = value;
    }
    rows.push(row);
  }
  return Buffer.concat([
    pngHeader(width, height, bits, colorType),
    ...(palette === undefined ? [] : [chunk('PLTE', Buffer.from(palette))]),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

export interface TiffOptions {
  readonly bits?: 8 | 16 | 32;
  readonly channels?: 1 | 3;
  readonly orientation?: number;
  /** 32 bits are floats. */
  readonly pages?: number;
}

/** A little-endian, uncompressed TIFF; every page holds the same picture. The directory comes before the pixels. */
export function tiffBytes({ width, height, values }: Samples, options: TiffOptions = {}): Buffer {
  const { bits = 8, channels = 3, orientation = 1, pages = 1 } = options;
  const count = width * height * channels;
  const pixels = Buffer.alloc((count * bits) / 8);
  for (let i = 0; i < count; i++) {
    if (bits === 8) pixels[i] = values[i];
    else if (bits === 16) pixels.writeUInt16LE(values[i], 2 * i);
    else pixels.writeFloatLE(values[i], 4 * i);
  }
  const tags = 11;
  const directory = 2 + 12 * tags + 4 + 6;
  const head = Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
  const parts: Buffer[] = [head];
  for (let page = 0; page < pages; page++) {
    const at = 8 + page * (directory + pixels.length);
    const ifd = Buffer.alloc(directory);
    ifd.writeUInt16LE(tags, 0);
    const bitsAt = at + 2 + 12 * tags + 4;
    const entries: [tag: number, type: number, count: number, value: number][] = [
      [256, 4, 1, width],
      [257, 4, 1, height],
      channels === 1 ? [258, 3, 1, bits] : [258, 3, 3, bitsAt],
      [259, 3, 1, 1],
      [262, 3, 1, channels === 1 ? 1 : 2],
      [273, 4, 1, at + directory],
      [274, 3, 1, orientation],
      [277, 3, 1, channels],
      [278, 4, 1, height],
      [279, 4, 1, pixels.length],
      [339, 3, 1, bits === 32 ? 3 : 1],
    ];
    entries.forEach(([tag, type, n, value], i) => {
      ifd.writeUInt16LE(tag, 2 + 12 * i);
      ifd.writeUInt16LE(type, 4 + 12 * i);
      ifd.writeUInt32LE(n, 6 + 12 * i);
      ifd.writeUInt32LE(value, 10 + 12 * i);
    });
    ifd.writeUInt32LE(page + 1 < pages ? at + directory + pixels.length : 0, 2 + 12 * tags);
    for (let c = 0; c < 3; c++) ifd.writeUInt16LE(bits, 2 + 12 * tags + 4 + 2 * c);
    parts.push(ifd, pixels);
  }
  return Buffer.concat(parts);
}

/** A bitmap with the 40-byte header. `rows` are the bytes of a row each, bottom row first unless `topDown`. */
export function bmpBytes(options: {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly rows: readonly (readonly number[])[];
  readonly palette?: readonly number[];
  readonly masks?: readonly number[];
  readonly topDown?: boolean;
}): Buffer {
  const { width, height, bits, rows, palette = [], masks = [], topDown = false } = options;
  const header = Buffer.alloc(54 + 4 * masks.length + palette.length);
  header.write('BM', 'latin1');
  header.writeUInt32LE(header.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(topDown ? -height : height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(masks.length > 0 ? 3 : 0, 30);
  header.writeUInt32LE(palette.length / 4, 46);
  masks.forEach((mask, i) => header.writeUInt32LE(mask, 54 + 4 * i));
  Buffer.from(palette).copy(header, 54 + 4 * masks.length);
  const body = rows.map((row) => Buffer.concat([Buffer.from(row), Buffer.alloc((4 - (row.length % 4)) % 4)]));
  return Buffer.concat([header, ...body]);
}

/** Numbers 0, step, 2 step ... below `modulo`. */
export function ramp(count: number, step: number, modulo: number): number[] {
  return Array.from({ length: count }, (_, i) => (i * step) % modulo);
}
