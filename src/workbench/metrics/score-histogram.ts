import { DataError } from '../../errors.js';
import type { RankGroup } from './ranking.js';

/** Bins a page, as a power of two; a page is made when the first score falls into it. */
const PAGE_BITS = 10;
const PAGE = 2 ** PAGE_BITS;
const NO_PAGE = -1;

/**
 * A histogram of float32 scores over their bit pattern, for any number of scores in bounded memory (150 MB at most with
 * the default), where a sort would take several bytes a pixel.
 *
 * The pattern of a float, with the bits of negative ones flipped, sorts like the float itself. At first every float has
 * a bin of its own, so the histogram is exact. When the scores are spread over more pages than the budget allows, the
 * lowest bit of the pattern is dropped and neighbouring bins are joined, as often as needed. Scores in one bin count as
 * equal; `resolution` says how close they are. Maps that span a factor of 16 end with two dropped bits, 5e-7: far below
 * what differs between backends.
 */
export class ScoreHistogram {
  private shift = 0;
  /** Pattern bits above the page -> page number. */
  private pageOf = new Int32Array(2 ** (32 - PAGE_BITS)).fill(NO_PAGE);
  private pages = 0;
  private normals = new Float64Array(64 * PAGE);
  private weights = new Float64Array(64 * PAGE);

  constructor(private readonly maxPages = 8192) {}

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
    const patterns = new Uint32Array(scores.buffer, scores.byteOffset, scores.length);
    let { pageOf, normals, shift } = this;
    for (let i = 0; i < patterns.length; i++) {
      const bits = patterns[i];
      if ((bits & 0x7f800000) === 0x7f800000) {
        throw new DataError(`expected finite scores, but score ${i} is ${scores[i]}`);
      }
      const key = sortable(bits);
      let page = pageOf[(key >>> shift) >>> PAGE_BITS];
      if (page === NO_PAGE) {
        page = this.makePage(key);
        ({ pageOf, normals, shift } = this);
      }
      const bin = page * PAGE + ((key >>> shift) & (PAGE - 1));
      const weight = weights === null ? 0 : weights[i];
      if (weight > 0) this.weights[bin] += weight;
      else normals[bin] += 1;
    }
  }

  /** The bins that hold something, from high to low scores: `positives` is the weight, `negatives` the normal ones. */
  *descending(): Generator<RankGroup> {
    const { pageOf, normals, weights, shift } = this;
    for (let high = pageOf.length - 1; high >= 0; high--) {
      if (pageOf[high] === NO_PAGE) continue;
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
    while (this.pages === this.maxPages) {
      this.coarsen();
      const page = this.pageOf[(key >>> this.shift) >>> PAGE_BITS];
      if (page !== NO_PAGE) return page;
    }
    if (this.pages * PAGE === this.normals.length) {
      const length = Math.min(2 * this.normals.length, this.maxPages * PAGE);
      this.normals = grown(this.normals, length);
      this.weights = grown(this.weights, length);
    }
    return (this.pageOf[(key >>> this.shift) >>> PAGE_BITS] = this.pages++);
  }

  /** Drops one more bit: every two bins become one, every two pages too. */
  private coarsen(): void {
    const { pageOf, normals, weights } = this;
    this.shift += 1;
    this.pageOf = new Int32Array(pageOf.length / 2).fill(NO_PAGE);
    this.normals = new Float64Array(normals.length);
    this.weights = new Float64Array(weights.length);
    this.pages = 0;
    for (let high = 0; high < pageOf.length; high++) {
      if (pageOf[high] === NO_PAGE) continue;
      if (this.pageOf[high >>> 1] === NO_PAGE) this.pageOf[high >>> 1] = this.pages++;
      const from = pageOf[high] * PAGE;
      const to = this.pageOf[high >>> 1] * PAGE + (high & 1) * (PAGE / 2);
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

/** float32 bits -> unsigned number that sorts like the float; -0 becomes +0, which it equals. */
function sortable(bits: number): number {
  if (bits === 0x80000000) return 0x80000000;
  return (bits >= 0x80000000 ? ~bits : bits | 0x80000000) >>> 0;
}

const bitsOfFloat = new Uint32Array(1);
const float = new Float32Array(bitsOfFloat.buffer);

function floatOf(key: number): number {
  bitsOfFloat[0] = key >= 0x80000000 ? key & 0x7fffffff : ~key;
  return float[0];
}
