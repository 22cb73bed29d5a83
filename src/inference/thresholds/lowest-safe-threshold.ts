/** The steps that the range is walked in, and how often the last one is then halved. */
const STEPS = 128;
const HALVINGS = 9;

export interface SafeThreshold {
  /** A float32 number. */
  readonly value: number;
  /** How many thresholds were tried. */
  readonly tested: number;
  /** The distance to the next lower threshold that was tried and did not hold; where all held, one step. */
  readonly resolution: number;
  /** True when every threshold down to the floor held. */
  readonly atFloor: boolean;
}

/**
 * The lowest threshold that holds together with every higher one that was tried.
 *
 * What is asked of a threshold need not be monotone in it: lowering it can make two regions one. So the range is walked
 * from the top in 128 equal steps to the first threshold that does not hold, and the last step is halved 9 times. The
 * outcome depends on nothing but the range and `holds`.
 *
 * @param range `top` is known to hold; above `floor`
 */
export async function lowestSafeThreshold(
  { floor, top }: { readonly floor: number; readonly top: number },
  holds: (threshold: number) => Promise<boolean>,
): Promise<SafeThreshold> {
  const step = (top - floor) / STEPS;
  let tested = 0;
  let value = top;
  for (let i = 1; i <= STEPS; i++) {
    const next = Math.fround(i === STEPS ? floor : top - i * step);
    tested += 1;
    if (await holds(next)) {
      value = next;
      continue;
    }
    let failed = next;
    for (let h = 0; h < HALVINGS; h++) {
      const middle = Math.fround((value + failed) / 2);
      if (middle === value || middle === failed) break;
      tested += 1;
      if (await holds(middle)) value = middle;
      else failed = middle;
    }
    return { value, tested, resolution: value - failed, atFloor: false };
  }
  return { value, tested, resolution: step, atFloor: true };
}
