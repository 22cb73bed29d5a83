import { oneOf, Share, withDefault } from '../../config/codec.js';

/** How the detectors of this folder make a score of a map; spread into their parameter codecs. */
export const scoringParams = {
  reduction: withDefault(oneOf(['topk_mean', 'max', 'mean']), 'topk_mean'),
  /** The share of the highest pixels that `topk_mean` averages. */
  topk: withDefault(Share, 0.01),
  /**
   * Which map the score is taken from: the model's own, or (as the Python system does) the one resized to the picture, which
   * costs as much as the picture is large and differs a little where the sizes do.
   */
  score_size: withDefault(oneOf(['model', 'picture']), 'model'),
};

export interface ScoringParams {
  readonly reduction: 'topk_mean' | 'max' | 'mean';
  readonly topk: number;
  readonly score_size: 'model' | 'picture';
}
