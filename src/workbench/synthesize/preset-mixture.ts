import { suggestion } from '../../config/codec.js';
import { ConfigError } from '../../errors.js';

export interface Share {
  readonly preset: string;
  readonly weight: number;
}

/**
 * Reads a mixture: names with weights, as in `scratch:3,stain,pit:0.5`; a weight that is not given is 1. `all` is every name.
 *
 * @throws ConfigError for an unknown name, one that stands twice, and a weight that is not above 0
 */
export function parseMixture(text: string, names: readonly string[]): Share[] {
  if (text.trim() === 'all') return names.map((preset) => ({ preset, weight: 1 }));
  const shares = text.split(',').map((part): Share => {
    const [preset, weight = '1', ...rest] = part.split(':').map((piece) => piece.trim());
    if (!names.includes(preset)) {
      throw new ConfigError(
        `presets: expected names of ${names.join(', ')}, got "${preset}"${suggestion(preset, names)}`,
      );
    }
    const value = Number(weight);
    if (rest.length > 0 || weight === '' || !Number.isFinite(value) || value <= 0) {
      throw new ConfigError(`presets: expected a weight above 0 as in "${preset}:2", got "${part.trim()}"`);
    }
    return { preset, weight: value };
  });
  const twice = shares.find(({ preset }, i) => shares.findIndex((share) => share.preset === preset) < i);
  if (twice !== undefined) throw new ConfigError(`presets: "${twice.preset}" stands twice; give it one weight`);
  return shares;
}

/** How many of `count` pictures each preset gets: in proportion, by the largest remainders, the first of equal ones first. */
export function countsOf(shares: readonly Share[], count: number): number[] {
  const sum = shares.reduce((total, { weight }) => total + weight, 0);
  const exact = shares.map(({ weight }) => (count * weight) / sum);
  const counts = exact.map(Math.floor);
  const left = count - counts.reduce((total, value) => total + value, 0);
  const byRest = exact.map((value, i) => ({ i, rest: value - counts[i] })).sort((a, b) => b.rest - a.rest || a.i - b.i);
  for (const { i } of byRest.slice(0, left)) counts[i]++;
  return counts;
}
