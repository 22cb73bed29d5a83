/** Colour and opacity at multiples of the threshold: clear, a hint of yellow below it, orange from it, red, crimson. */
const STOPS: readonly (readonly [at: number, r: number, g: number, b: number, opacity: number])[] = [
  [0.5, 255, 236, 140, 0],
  [0.75, 255, 226, 110, 0.07],
  [1, 255, 205, 60, 0.28],
  [1.15, 255, 150, 20, 0.44],
  [1.5, 236, 56, 28, 0.52],
  [2, 170, 8, 66, 0.58],
];
const STEPS = 384;

/**
 * A colour scale that is fixed by the threshold alone, so that a colour means the same on every picture: below half the
 * threshold nothing is drawn, the threshold is where yellow turns to orange, twice the threshold is full crimson. Scaling
 * every map by its own range would paint the hottest spot of a good part in the colours of a defect.
 */
export class ColourScale {
  /** Below it, transparent. */
  readonly low: number;
  /** From it on, the last colour. */
  readonly high: number;
  /** `r, g, b, opacity * 255` for every step. */
  private readonly table = new Uint8Array(4 * (STEPS + 1));

  /**
   * @param threshold the pixel threshold; half of its size (1 when it is 0) is the unit of the scale, so that a threshold
   *   of 0 or below, which some scores have, works too
   */
  constructor(readonly threshold: number) {
    const unit = threshold === 0 ? 1 : Math.abs(threshold) / 2;
    this.low = threshold - unit;
    this.high = threshold + 2 * unit;
    for (let step = 0; step <= STEPS; step++) this.table.set(colourAt(0.5 + (1.5 * step) / STEPS), 4 * step);
  }

  /** Where a value lies on the scale: 0 at `low`, 1 at `high`, cut to that range. */
  position(value: number): number {
    return Math.min(1, Math.max(0, (value - this.low) / (this.high - this.low)));
  }

  /** Lays the colour of a value over one RGB pixel. */
  blend(rgb: Uint8Array, at: number, value: number): void {
    if (!(value > this.low)) return;
    const step = 4 * Math.round(this.position(value) * STEPS);
    const opacity = this.table[step + 3] / 255;
    for (let c = 0; c < 3; c++) rgb[at + c] = Math.round(rgb[at + c] + (this.table[step + c] - rgb[at + c]) * opacity);
  }
}

function colourAt(multiple: number): [number, number, number, number] {
  const next = Math.max(
    1,
    STOPS.findIndex(([at]) => at >= multiple),
  );
  const [from, to] = [STOPS[next - 1], STOPS[next]];
  const share = (multiple - from[0]) / (to[0] - from[0]);
  const mix = (i: number) => from[i] + share * (to[i] - from[i]);
  return [mix(1), mix(2), mix(3), 255 * mix(4)];
}
