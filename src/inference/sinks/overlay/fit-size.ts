import type { Size } from '../../../config/size.js';

/** The size of a picture whose longer side is at most `maxSize`, in proportion; never larger than it was. */
export function fitSize({ height, width }: Size, maxSize = Infinity): Size {
  const scale = Math.min(1, maxSize / Math.max(height, width));
  return { height: Math.max(1, Math.round(height * scale)), width: Math.max(1, Math.round(width * scale)) };
}

/**
 * The picture as 8-bit RGB of another, not larger size. Each pixel is the mean of what it covers.
 *
 * @param rgb 8 or 16 bits, borrowed
 */
export function shrinkPicture(rgb: Uint8Array | Uint16Array, from: Size, to: Size): Uint8Array {
  const depth = rgb instanceof Uint16Array ? 257 : 1;
  if (from.height === to.height && from.width === to.width) {
    return depth === 1 ? new Uint8Array(rgb) : Uint8Array.from(rgb, (value) => Math.round(value / depth));
  }
  const out = new Uint8Array(to.height * to.width * 3);
  const rows = covers(from.height, to.height);
  const columns = covers(from.width, to.width);
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      let [r, g, b] = [0, 0, 0];
      for (let sy = rows[y].first; sy < rows[y].end; sy++) {
        for (let sx = columns[x].first; sx < columns[x].end; sx++) {
          const at = 3 * (sy * from.width + sx);
          r += rgb[at];
          g += rgb[at + 1];
          b += rgb[at + 2];
        }
      }
      const count = (rows[y].end - rows[y].first) * (columns[x].end - columns[x].first) * depth;
      out.set([Math.round(r / count), Math.round(g / count), Math.round(b / count)], 3 * (y * to.width + x));
    }
  }
  return out;
}

/**
 * A map or a mask at another size: the highest value that a pixel covers where it shrinks, so that a small defect is
 * never averaged away; the nearest value where it grows.
 */
export function peaks<A extends Float32Array | Uint8Array>(values: A, from: Size, to: Size): A {
  if (from.height === to.height && from.width === to.width) return values;
  const out = new (values.constructor as new (length: number) => A)(to.height * to.width);
  const rows = covers(from.height, to.height);
  const columns = covers(from.width, to.width);
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      let peak = -Infinity;
      for (let sy = rows[y].first; sy < rows[y].end; sy++) {
        for (let sx = columns[x].first; sx < columns[x].end; sx++) {
          peak = Math.max(peak, values[sy * from.width + sx]);
        }
      }
      out[y * to.width + x] = peak;
    }
  }
  return out;
}

/** For every new position, the old ones that lie under it; at least one. */
function covers(from: number, to: number): { first: number; end: number }[] {
  return Array.from({ length: to }, (_, i) => {
    if (to >= from) {
      const nearest = Math.min(from - 1, Math.floor(((i + 0.5) * from) / to));
      return { first: nearest, end: nearest + 1 };
    }
    return { first: Math.floor((i * from) / to), end: Math.ceil(((i + 1) * from) / to) };
  });
}
