import { DataError } from '../../errors.js';
import { quantile } from './quantile.js';

/** Above this many values the exact sort gives way to a histogram: 2^26 floats are 256 MB. */
const EXACT_LIMIT = 2 ** 26;
const BINS = 2 ** 22;

/**
 * The quantile of all pixels of many maps in bounded memory: exact up to 2^26 pixels, then from a histogram over the
 * leading 22 bits of the float's ordered bit pattern (relative resolution 2^-13, rounded up: the cautious side).
 */
export class PixelQuantile {
  private chunks: Float32Array[] = [];
  private histogram: Float64Array | null = null;
  private total = 0;

  /** @param exactLimit values that are kept for an exact sort */
  constructor(private readonly exactLimit = EXACT_LIMIT) {}

  get count(): number {
    return this.total;
  }

  /** True while the result is an order statistic and not a histogram bin. */
  get exact(): boolean {
    return this.histogram === null;
  }

  /** @throws DataError when a value is not finite */
  add(values: Float32Array): void {
    for (const value of values) {
      if (!Number.isFinite(value)) throw new DataError(`a calibration map holds ${value}; every pixel must be finite`);
    }
    this.total += values.length;
    if (this.histogram === null && this.total <= this.exactLimit) {
      this.chunks.push(values.slice());
      return;
    }
    this.histogram ??= new Float64Array(BINS);
    for (const chunk of [...this.chunks, values]) countInto(this.histogram, chunk);
    this.chunks = [];
  }

  /** @throws DataError when nothing was added */
  result(q: number): number {
    if (this.total === 0) throw new DataError('a pixel threshold needs maps of good pictures, but there are none');
    if (this.histogram !== null) return upperEdge(this.histogram, q * (this.total - 1));
    const all = new Float32Array(this.total);
    let at = 0;
    for (const chunk of this.chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return quantile(all.sort(), q);
  }
}

function countInto(histogram: Float64Array, values: Float32Array): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  // Flipping the sign bit of positives and all bits of negatives makes integer order equal float order.
  for (const b of bits) histogram[(b & 0x80000000 ? ~b >>> 0 : (b | 0x80000000) >>> 0) >>> 10]++;
}

function upperEdge(histogram: Float64Array, position: number): number {
  let seen = 0;
  let bin = 0;
  while (seen + histogram[bin] <= position) seen += histogram[bin++];
  const ordered = ((bin << 10) | 0x3ff) >>> 0;
  const bits = ordered & 0x80000000 ? ordered ^ 0x80000000 : ~ordered;
  return new Float32Array(Uint32Array.of(bits).buffer)[0];
}
