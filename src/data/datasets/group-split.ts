import { createHash } from 'node:crypto';
import { Random } from '../../runtime/random.js';
import { codePointOrder } from '../code-point-order.js';

/**
 * Which groups of good pictures are held for the test: `ceil(fraction * count)` of them after a seeded shuffle, but never the
 * last one, without which there would be nothing to learn from. The order of the input does not matter.
 *
 * @param category every category is shuffled with a seed of its own, the first bytes of sha256("seed:category")
 */
export function testGroups(groups: readonly string[], fraction: number, seed: number, category: string): Set<string> {
  const count = Math.min(Math.ceil(fraction * groups.length), groups.length - 1);
  const random = new Random(createHash('sha256').update(`${seed}:${category}`).digest().readInt32LE(0));
  return new Set(random.shuffled([...groups].sort(codePointOrder)).slice(0, Math.max(0, count)));
}
