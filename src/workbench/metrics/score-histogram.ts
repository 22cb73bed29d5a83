import { DataError } from '../../errors.js';
import type { RankGroup } from './ranking.js';

/** Bins a page, as a power of two; a page is made when the first score falls into it. */
const PAGE_BITS = 10;
const PAGE = 2 ** PAGE_BITS;
const NO_PAGE = 0;

const SIGN = 1 << 31;
/** All ones: NaN or an infinity. */
const EXPONENT = 0x7f800000;

/**
 * A histogram of float32 scores over their bit pattern: any number of scores in bounded memory (50 MB with the default),
 * where a sort would take several bytes a pixel.
 *
 * The pattern of a float, with the bits of negative ones flipped, sorts like the float itself. At first every float has
 * a bin of its own, so the histogram is exact. When the scores are spread over more pages than the budget allows, the
 * lowest bit of the pattern is dropped and neighbouring bins are joined, as often as needed. Scores in one bin count as
 * equal; `resolution` says how close they are. Maps that span a factor of 16 end at 4e-6 of the value, less than what
 * differs between backends; scores in a narrow range (0.99 to 1, say) stay exact. A larger budget is finer and slower:
 * the time goes into cache misses.
 */
export class ScoreHistogram {
  private shift = 0;
  /** The upper bits of a pattern -> page number. */
  private pageOf = new Int32Array(2 ** (32 - PAGE_BITS));
  /** The other way round; page 0 is never used. */
  private highOf: number[] = [NO_PAGE];
  private normals = new Float64Array(2 * PAGE);
  private weights = new Float64Array(2 * PAGE);

  constructor(private readonly maxPages = 2048) {}

  /** Scores that differ by less than this share of their value may count as equal; 0 = every float is told apart. */
  get resolution(): number {
    return this.shift === 0 ? 0 : 2 ** (this.shift - 23);
  }

  /**
   * Adds a picture's scores.
   *
   * @param scores finite, borrowed
   * @param weights per score: 0 = a normal one, above 0 = the weight of a defective one; null = all normal
   * @throws DataError at a score that is not finite
   */
  add(scores: Float32Array, weights: ArrayLike<number> | null): void {
    const patterns = new Int32Array(scores.buffer, scores.byteOffset, scores.length);
    let { pageOf, normals, shift } = this;
    for (let i = 0; i < patterns.length; i++) {
      const bits = patterns[i];
      if ((bits & EXPONENT) === EXPONENT) {
        throw new DataError(`expected finite scores, but score ${i} is ${scores[i]}`);
      }
      const key = sortable(bits);
      let page = pageOf[(key >>> shift) >>> PAGE_BITS];
      if (page === NO_PAGE) {
        page = this.makePage(key);
        ({ pageOf, normals, shift } = this);
      }
      const bin = (page << PAGE_BITS) | ((key >>> shift) & (PAGE - 1));
      const weight = weights === null ? 0 : weights[i];
      if (weight > 0) this.weights[bin] += weight;
      else normals[bin] += 1;
    }
  }

  /** The bins that hold something, from high to low scores: `positives` is the weight, `negatives` the normal ones. */
  *descending(): Generator<RankGroup> {
    const { pageOf, highOf, normals, weights, shift } = this;
    for (const high of highOf.slice(1).sort((a, b) => b - a)) {
      const first = pageOf[high] * PAGE;
      for (let low = PAGE - 1; low >= 0; low--) {
        const positives = weights[first + low];
        const negatives = normals[first + low];
        if (positives === 0 && negatives === 0) continue;
        yield { score: floatOf((high * PAGE + low) * 2 ** shift), positives, negatives };
      }
    }
  }

  /** Makes the page of a key, dropping bits while there is no room for it. */
  private makePage(key: number): number {
    while (this.highOf.length >= this.maxPages) {
      this.coarsen();
      const page = this.pageOf[(key >>> this.shift) >>> PAGE_BITS];
      if (page !== NO_PAGE) return page;
    }
    if (this.highOf.length * PAGE === this.normals.length) {
      const length = Math.min(2 * this.normals.length, this.maxPages * PAGE);
      this.normals = grown(this.normals, length);
      this.weights = grown(this.weights, length);
    }
    return this.register((key >>> this.shift) >>> PAGE_BITS);
  }

  private register(high: number): number {
    this.pageOf[high] = this.highOf.length;
    return this.highOf.push(high) - 1;
  }

  /** Drops one more bit: every two bins become one, every two pages too. */
  private coarsen(): void {
    const { pageOf, highOf, normals, weights } = this;
    this.shift += 1;
    this.pageOf = new Int32Array(pageOf.length / 2);
    this.highOf = [NO_PAGE];
    this.normals = new Float64Array(normals.length);
    this.weights = new Float64Array(weights.length);
    for (const high of highOf.slice(1)) {
      const from = pageOf[high] * PAGE;
      const page = this.pageOf[high >>> 1] || this.register(high >>> 1);
      const to = page * PAGE + (high & 1) * (PAGE / 2);
      for (let low = 0; low < PAGE; low++) {
        this.normals[to + (low >>> 1)] += normals[from + low];
        this.weights[to + (low >>> 1)] += weights[from + low];
      }
    }
  }
}

function grown(array: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(array);
  return larger;
}

/** float32 bits -> bits that sort like the float when read as unsigned; -0 becomes +0, which it equals. */
function sortable(bits: number): number {
  if (bits >= 0) return bits | SIGN;
  return bits === SIGN ? SIGN : ~bits;
}

const bitsOfFloat = new Int32Array(1);
const float = new Float32Array(bitsOfFloat.buffer);

/** The float of a sortable pattern, the latter as a number from 0 to 2^32. */
function floatOf(key: number): number {
  bitsOfFloat[0] = key >= 2 ** 31 ? key & ~SIGN : ~key;
  return float[0];
}
