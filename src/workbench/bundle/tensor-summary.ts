import { createHash } from 'node:crypto';
import type { TensorSummary } from '../../config/bundle.js';

/** Values that are kept of a tensor. */
const SAMPLES = 512;
/** The fractional part of the golden ratio: multiples of it are spread evenly whatever the width of a map is. */
const GOLDEN = 0.6180339887498949;

/** A tensor in short. @param values in row-major order, at least one, all finite */
export function summariseTensor(shape: readonly number[], values: Float32Array): TensorSummary {
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return {
    shape: [...shape],
    sha256: createHash('sha256').update(bytes).digest('hex'),
    min,
    max,
    mean: sum / values.length,
    samples: placesIn(values.length).map((place) => values[place]),
  };
}

/**
 * How far two summaries are apart, relative to the largest absolute value that was expected; Infinity where the shapes differ, 0 where
 * every bit is the same.
 */
export function tensorDifference(expected: TensorSummary, got: TensorSummary): number {
  if (expected.sha256 === got.sha256 && expected.shape.join() === got.shape.join()) return 0;
  if (expected.shape.join() !== got.shape.join() || expected.samples.length !== got.samples.length) return Infinity;
  const pairs = [
    [expected.min, got.min],
    [expected.max, got.max],
    [expected.mean, got.mean],
    ...expected.samples.map((value, i) => [value, got.samples[i]]),
  ];
  const apart = Math.max(...pairs.map(([a, b]) => Math.abs(a - b)));
  const scale = Math.max(Math.abs(expected.min), Math.abs(expected.max));
  // The bits differ somewhere, if only between the samples: that is never nothing.
  return Math.max(scale === 0 ? (apart === 0 ? 0 : Infinity) : apart / scale, Number.MIN_VALUE);
}

function placesIn(length: number): number[] {
  if (length <= SAMPLES) return Array.from({ length }, (_, i) => i);
  const places = Array.from({ length: SAMPLES }, (_, i) => Math.floor((((i + 0.5) * GOLDEN) % 1) * length));
  return [...new Set(places)].sort((a, b) => a - b);
}
