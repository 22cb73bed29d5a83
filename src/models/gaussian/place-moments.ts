/**
 * Mean and covariance of the features at every place of a grid, one picture at a time, in float64 (Welford 1962, for vectors).
 * Holds `places * width * (width + 3) / 2` values however many pictures come.
 */
export class PlaceMoments {
  /** `[places, width]` */
  readonly mean: Float64Array;
  /** Pictures so far. */
  count = 0;
  /** Lower triangles of the sums of products of deviations, row by row, place after place. */
  private readonly products: Float64Array;
  private readonly before: Float64Array;

  constructor(
    readonly places: number,
    readonly width: number,
  ) {
    this.mean = new Float64Array(places * width);
    this.products = new Float64Array((places * width * (width + 1)) / 2);
    this.before = new Float64Array(width);
  }

  /** @param features `[places, width]` of one picture */
  add(features: Float32Array): void {
    const { mean, products, before, width } = this;
    this.count++;
    // Of old and new mean, the products of deviations differ by this factor alone.
    const share = (this.count - 1) / this.count;
    let at = 0;
    for (let start = 0; start < mean.length; start += width) {
      for (let i = 0; i < width; i++) {
        before[i] = features[start + i] - mean[start + i];
        mean[start + i] += before[i] / this.count;
      }
      for (let i = 0; i < width; i++) {
        const scaled = share * before[i];
        for (let j = 0; j <= i; j++) products[at++] += scaled * before[j];
      }
    }
  }

  /**
   * The lower triangle of a place's sample covariance (divided by `n - 1`; zeros after a single picture), with `eps` added to the
   * diagonal.
   */
  covariance(place: number, eps: number): Float64Array {
    const size = (this.width * (this.width + 1)) / 2;
    const divisor = Math.max(1, this.count - 1);
    const triangle = this.products.slice(place * size, (place + 1) * size).map((sum) => sum / divisor);
    for (let i = 0; i < this.width; i++) triangle[(i * (i + 3)) / 2] += eps;
    return triangle;
  }
}
