import { type Semantics } from '../stage.js';
import { round6 } from './round6.js';
import { significant6 } from './significant6.js';

/** A score as records show it: 6 decimals, or 6 significant digits in semantics 2. */
export function reportedScore(score: number, semantics: Semantics): number {
  return semantics === 1 ? round6(score) : significant6(score);
}
