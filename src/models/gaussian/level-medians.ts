const LEVELS = 256;

/**
 * For every pixel, the median over pictures of whole grey levels, and the median distance from it (the MAD). Counts levels
 * instead of sorting; the middle of an even number of pictures is the mean of the two middle ones.
 *
 * @param pictures arrays of one length with values 0..255
 */
export function levelMedians(pictures: readonly Uint8Array[]): { median: Float32Array; mad: Float32Array } {
  const length = pictures[0].length;
  const median = new Float32Array(length);
  const mad = new Float32Array(length);
  const levels = new Uint32Array(LEVELS);
  const distances = new Uint32Array(2 * LEVELS);
  for (let i = 0; i < length; i++) {
    levels.fill(0);
    distances.fill(0);
    for (const picture of pictures) levels[picture[i]]++;
    // A median may lie between two levels: distances are counted in half levels.
    const twice = twiceMedian(levels, pictures.length);
    for (const picture of pictures) distances[Math.abs(2 * picture[i] - twice)]++;
    median[i] = twice / 2;
    mad[i] = twiceMedian(distances, pictures.length) / 4;
  }
  return { median, mad };
}

function twiceMedian(counts: Uint32Array, total: number): number {
  const lower = (total + 1) >> 1;
  let seen = 0;
  let value = 0;
  while (seen + counts[value] < lower) seen += counts[value++];
  const first = value;
  if (total % 2 === 1 || seen + counts[value] > lower) return 2 * first;
  value++;
  while (counts[value] === 0) value++;
  return first + value;
}
