import { type DefectsConfig } from '../config/defects.js';
import { type Levels } from './levels.js';
import { type Semantics } from './stage.js';

/** One sentence for everything that semantics 1 applies otherwise than the config says, so that the record shows it. */
export function notesOf(config: DefectsConfig, levels: Levels, semantics: Semantics): string[] {
  if (semantics === 2) return [];
  const { method, ksize } = config.map_smoothing;
  const { enabled, low, high } = config.hysteresis;
  const notes: string[] = [];
  if ((method === 'median' || method === 'gaussian') && ksize > 1 && ksize % 2 === 0) {
    notes.push(`map_smoothing.ksize ${ksize} was applied as ${ksize + 1}`);
  }
  if (enabled && levels.high !== null && levels.high !== (high ?? levels.threshold)) {
    notes.push(`hysteresis.low ${low ?? levels.high} lies above high, so the two were swapped`);
  }
  return notes;
}
