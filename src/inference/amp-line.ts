import type { Detector } from '../models/detector.js';

/** What has to be said where bfloat16 was asked for. @param why it runs in float32 all the same, as a sentence without its end */
export function ampLine({ precision }: Detector, model: string, why: string | null): string {
  if (precision === 'bfloat16') {
    return 'amp: the network runs in bfloat16, so scores and maps move a little; the thresholds stay those of float32 (imgano benchmark --amp-drift tells by how much)';
  }
  return `amp: bfloat16 is unavailable, float32 is used: ${why ?? `model "${model}" has no network that could run in it`}`;
}
