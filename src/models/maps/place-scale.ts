import { tf, type Tensor, type Tensor2D, type Tensor3D } from '../../runtime/tf.js';
import type { FitSource } from '../detector.js';
import { RunningMoments } from '../gaussian/running-moments.js';
import type { LearnedTensors, Scorer } from '../learned-detector.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import { requireLearned } from '../require-learned.js';

const PROFILE_NAMES = ['map.mean', 'map.spread'] as const;
type ProfileName = (typeof PROFILE_NAMES)[number];
/** Keeps maps that never change from a division by 0. */
const LEAST = 1e-12;

/**
 * What maps of good pictures are like at every place: edges ring in all of them. Mean and sample standard deviation, the latter raised by its mean
 * over all places, so that places where good pictures happen to agree do not ring at nothing (the offset of SAM; Tusher, Tibshirani and Chu, PNAS
 * 2001).
 *
 * @param source pictures of one size
 * @param scorer borrowed
 * @returns `[h, w]` each, owned by the caller; none of a model without maps
 */
export async function placeProfile(source: FitSource, scorer: Scorer): Promise<Partial<Record<ProfileName, Tensor2D>>> {
  let found: { shape: [number, number]; moments: RunningMoments } | null = null;
  for await (const { pixels } of source.batches()) {
    const { scores, maps } = await scorer.run(pixels).finally(() => pixels.dispose());
    scores.dispose();
    if (maps === null) continue;
    const [n, h, w] = maps.shape;
    const values = await maps.data();
    maps.dispose();
    found ??= { shape: [h, w], moments: new RunningMoments(h * w) };
    for (let i = 0; i < n; i++) found.moments.add(values.subarray(i * h * w, (i + 1) * h * w));
  }
  if (found === null) return {};
  const { shape, moments } = found;
  const spread = moments.standardDeviation();
  const offset = spread.reduce((sum, one) => sum + one, 0) / spread.length + LEAST;
  return {
    'map.mean': tf.tensor2d(Float32Array.from(moments.mean), shape),
    'map.spread': tf.tensor2d(
      Float32Array.from(spread, (one) => one + offset),
      shape,
    ),
  };
}

/**
 * A scorer whose maps are measured by the profile, 0 where they lie below it.
 *
 * @param scorer taken over; one without maps stays as it is
 * @param learned holds the profile, borrowed until the scorer is disposed
 * @param scoreTop the share of the highest places whose mean is the image score; 0 = the highest place alone
 * @throws WeightsError from `run`, when the profile is missing or of another size than the maps
 */
export function placeScorer(who: string, scorer: Scorer, learned: LearnedTensors, scoreTop: number): Scorer {
  return {
    run: async (pixels) => {
      const plain = await scorer.run(pixels);
      if (plain.maps === null) return plain;
      const found = plain.maps;
      try {
        const [, h, w] = found.shape;
        requireLearned(who, learned, { 'map.mean': [h, w], 'map.spread': [h, w] });
        return tf.tidy(() => {
          const maps = beyondProfile(found, learned);
          return { maps, scores: highestPlaces(maps, scoreTop) };
        });
      } finally {
        tf.dispose([plain.scores, found]);
      }
    },
    dispose: () => scorer.dispose(),
  };
}

function beyondProfile(maps: Tensor3D, learned: LearnedTensors): Tensor3D {
  const [mean, spread] = PROFILE_NAMES.map((name): Tensor => learned[name]);
  return tf.relu(maps.sub<Tensor3D>(mean).div<Tensor3D>(spread));
}
