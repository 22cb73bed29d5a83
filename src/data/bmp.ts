import { DataError } from '../errors.js';
import type { DecodeOptions } from './decode-options.js';
import type { Picture } from './picture.js';
import { checkPixelLimit } from './pixel-limit.js';

interface Header {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  /** Where the pixels start, and how many bytes a row takes with its padding. */
  readonly start: number;
  readonly stride: number;
  /** `index -> R G B` for 1, 4 and 8 bits. */
  readonly palette: Uint8Array | null;
  /** The bits of R, G and B for 16 and 32 bits. */
  readonly masks: readonly [number, number, number];
}

const UNCOMPRESSED = 0;
const BITFIELDS = 3;
const ALPHA_BITFIELDS = 6;

/**
 * Decodes an uncompressed Windows or OS/2 bitmap: 1, 4, 8 (palette), 16, 24 and 32 bits a pixel, bottom-up or top-down. Alpha
 * is dropped. Layout: Microsoft, "Bitmap Storage" and BITMAPV5HEADER.
 *
 * @throws DataError for a damaged or cut file, too many pixels, or run-length and JPEG compression
 */
export function decodeBmp(bytes: Uint8Array, name: string, options: DecodeOptions = {}): Picture {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const header = readHeader(file, name);
  checkPixelLimit(name, header, options.maxPixels);
  const { width, height, stride, start } = header;
  if (start + stride * height > file.length) {
    throw new DataError(
      `${name}: the bmp file is cut short: ${width} x ${height} pixels need ${start + stride * height} bytes, ` +
        `but it has ${file.length}; make it again`,
    );
  }
  const rgb = new Uint8Array(width * height * 3);
  const readRow = rowReader(file, header, name);
  for (let y = 0; y < height; y++) {
    readRow(start + (header.topDown ? y : height - 1 - y) * stride, rgb.subarray(y * width * 3, (y + 1) * width * 3));
  }
  return { height, width, rgb, source: name };
}

function readHeader(file: Buffer, name: string): Header {
  const wrong = (what: string) =>
    new DataError(`${name}: the bmp file ${what}; save it as an uncompressed BMP or a PNG`);
  if (file.length < 26) throw wrong('ends inside its header');
  const size = file.readUInt32LE(14);
  const core = size === 12;
  if (!core && (size < 40 || file.length < 14 + size)) throw wrong(`has a header of ${size} bytes, which is unknown`);
  const width = core ? file.readUInt16LE(18) : file.readInt32LE(18);
  const signedHeight = core ? file.readUInt16LE(20) : file.readInt32LE(22);
  const bits = file.readUInt16LE(core ? 24 : 28);
  const compression = core ? UNCOMPRESSED : file.readUInt32LE(30);
  const height = Math.abs(signedHeight);
  if (width < 1 || height < 1) throw wrong(`claims ${width} x ${height} pixels`);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw wrong(`has ${bits} bits a pixel, not 1, 4, 8, 16, 24 or 32`);
  const fields = compression === BITFIELDS || compression === ALPHA_BITFIELDS;
  if (compression !== UNCOMPRESSED && !(fields && (bits === 16 || bits === 32))) {
    throw wrong(`uses compression ${compression}, which is not read`);
  }
  const start = file.readUInt32LE(10);
  return {
    width,
    height,
    topDown: signedHeight < 0,
    bits,
    start,
    stride: Math.ceil((width * bits) / 32) * 4,
    palette: bits <= 8 ? readPalette(file, core, size, bits, start) : null,
    masks: fields ? readMasks(file, wrong) : bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff],
  };
}

function readPalette(file: Buffer, core: boolean, headerSize: number, bits: number, start: number): Uint8Array {
  const entry = core ? 3 : 4;
  const first = 14 + headerSize;
  const claimed = core ? 0 : file.readUInt32LE(46);
  const room = Math.floor((Math.min(start, file.length) - first) / entry);
  const count = Math.max(0, Math.min(claimed || 2 ** bits, 2 ** bits, room));
  const palette = new Uint8Array(count * 3);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) palette[i * 3 + c] = file[first + i * entry + 2 - c];
  }
  return palette;
}

/** The masks follow the 40 bytes of the basic header, whether they belong to a longer header or stand by themselves. */
function readMasks(file: Buffer, wrong: (what: string) => DataError): [number, number, number] {
  if (file.length < 66) throw wrong('ends inside its colour masks');
  const masks: [number, number, number] = [file.readUInt32LE(54), file.readUInt32LE(58), file.readUInt32LE(62)];
  if (masks.some((mask) => mask === 0)) throw wrong('has an empty colour mask');
  return masks;
}

type RowReader = (at: number, out: Uint8Array) => void;

function rowReader(file: Buffer, header: Header, name: string): RowReader {
  const { bits, width, palette } = header;
  if (palette !== null) return paletteRow(file, bits, width, palette, name);
  if (bits === 24) {
    return (at, out) => {
      for (let i = 0; i < out.length; i += 3) {
        out[i] = file[at + i + 2];
        out[i + 1] = file[at + i + 1];
        out[i + 2] = file[at + i];
      }
    };
  }
  const channels = header.masks.map((mask) => ({ mask, shift: 31 - Math.clz32(mask & -mask) }));
  const read = bits === 16 ? (at: number) => file.readUInt16LE(at) : (at: number) => file.readUInt32LE(at);
  return (at, out) => {
    for (let x = 0; x < width; x++) {
      const value = read(at + (x * bits) / 8);
      for (let c = 0; c < 3; c++) {
        const { mask, shift } = channels[c];
        out[x * 3 + c] = Math.round((((value & mask) >>> shift) * 255) / (mask >>> shift));
      }
    }
  };
}

function paletteRow(file: Buffer, bits: number, width: number, palette: Uint8Array, name: string): RowReader {
  const perByte = 8 / bits;
  const colors = palette.length / 3;
  return (at, out) => {
    for (let x = 0; x < width; x++) {
      const byte = file[at + Math.floor(x / perByte)];
      const index = (byte >> (8 - bits - (x % perByte) * bits)) & (2 ** bits - 1);
      if (index >= colors) {
        throw new DataError(`${name}: the bmp file uses colour ${index} of a palette of ${colors}; make it again`);
      }
      out[x * 3] = palette[index * 3];
      out[x * 3 + 1] = palette[index * 3 + 1];
      out[x * 3 + 2] = palette[index * 3 + 2];
    }
  };
}
