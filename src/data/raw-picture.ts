import { DataError } from '../errors.js';
import type { Picture } from './picture.js';

/** Where R, G and B lie in a pixel; the length of the list is the number of channels. Alpha is dropped. */
const colorOrders = {
  gray: { channels: 1, rgb: [0, 0, 0] },
  rgb: { channels: 3, rgb: [0, 1, 2] },
  bgr: { channels: 3, rgb: [2, 1, 0] },
  rgba: { channels: 4, rgb: [0, 1, 2] },
  bgra: { channels: 4, rgb: [2, 1, 0] },
} as const;

/** Uncompressed pixels in memory, for example from a camera, row by row without padding. */
export interface RawPicture {
  /** Bytes for 8 bits, `Uint16Array` (0..65535) for 16, `Float32Array` (0..1) for 32. Copied, never kept. */
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array | Float32Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly bitDepth: 8 | 16 | 32;
  readonly colorOrder: keyof typeof colorOrders;
  readonly name: string;
}

/** What rounding in float32 may do to a value that should lie in 0..1. */
const FLOAT_SLACK = 1e-6;

/**
 * Takes pixels from memory. Floats become 16 bits, so that nothing that came from 8 bits changes.
 *
 * @throws DataError when the type, the length, the colour order or a value does not fit what the picture says of itself
 */
export function takeRawPicture(raw: RawPicture): Picture {
  const { data, width, height, name } = raw;
  const wrong = (what: string) => new DataError(`${name}: ${what}`);
  if (![width, height].every((side) => Number.isInteger(side) && side > 0)) {
    throw wrong(`expected a width and a height of 1 or more whole pixels, got ${width} x ${height}`);
  }
  const order = colorOrders[raw.colorOrder];
  if (order === undefined) {
    throw wrong(`expected a colour order of ${Object.keys(colorOrders).join(', ')}, got "${String(raw.colorOrder)}"`);
  }
  if (order.channels !== raw.channels) {
    throw wrong(`colour order "${raw.colorOrder}" has ${order.channels} channels, but ${raw.channels} are stated`);
  }
  const expected = width * height * raw.channels;
  if (data.length !== expected) {
    throw wrong(
      `${width} x ${height} pixels of ${raw.channels} channels are ${expected} values, but the data hold ${data.length}`,
    );
  }
  const level = levelOf(raw, wrong);
  const rgb = new (raw.bitDepth === 8 ? Uint8Array : Uint16Array)(width * height * 3);
  const [r, g, b] = order.rgb;
  for (let from = 0, to = 0; to < rgb.length; from += order.channels, to += 3) {
    rgb[to] = level(data[from + r]);
    rgb[to + 1] = level(data[from + g]);
    rgb[to + 2] = level(data[from + b]);
  }
  return { height, width, rgb, source: name };
}

function levelOf({ data, bitDepth }: RawPicture, wrong: (what: string) => DataError): (value: number) => number {
  const fits =
    (bitDepth === 8 && (data instanceof Uint8Array || data instanceof Uint8ClampedArray)) ||
    (bitDepth === 16 && data instanceof Uint16Array) ||
    (bitDepth === 32 && data instanceof Float32Array);
  if (!fits) {
    throw wrong(
      `expected a Uint8Array for 8 bits, a Uint16Array for 16 or a Float32Array for 32, ` +
        `got a ${data?.constructor?.name} for ${String(bitDepth)}`,
    );
  }
  if (bitDepth !== 32) return (value) => value;
  return (value) => {
    if (!(value >= -FLOAT_SLACK && value <= 1 + FLOAT_SLACK)) {
      throw wrong(`expected floats from 0 to 1, got ${value}; scale the picture first`);
    }
    return Math.round(Math.min(1, Math.max(0, value)) * 65535);
  };
}
