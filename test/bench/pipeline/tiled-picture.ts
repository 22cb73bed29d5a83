import { compareTiles } from '../tiles.js';
import type { Finding } from './finding.js';

const MOST = 1.15;

/** A large picture in tiles against its tiles alone, stitched by windows, which costs most. */
export default async function (): Promise<Finding[]> {
  const results = await compareTiles(['hann'], 2);
  return results.map(({ label, times }) => ({
    what: `4096 x 4096 in 512 px tiles, stride 384, against the tiles alone: ${label}`,
    measured: `${times.toFixed(3)} times`,
    wanted: `at most ${MOST}`,
    met: times <= MOST,
  }));
}
