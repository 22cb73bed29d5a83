import type { Random } from '../../runtime/random.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { FitSource } from '../detector.js';
import { drawAnomalies, withAnomalies, type AnomalyRule } from './made-up-anomalies.js';

/** Channels of a picture, and of a picture with its mask. */
const [PICTURE, MASKED] = [3, 4];

/**
 * Good pictures, each followed by itself under several anomalies and their masks, as further channels, so that all are kept and shuffled as one.
 * Every walk draws the same anomalies.
 *
 * @param count anomalies for a picture
 */
export function withOverlays(source: FitSource, rule: AnomalyRule, count: number, random: Random): FitSource {
  return {
    count: source.count,
    async *batches() {
      let seen = 0;
      for await (const { pixels, ...batch } of source.batches()) {
        const from = random.fork(`from picture ${seen}`);
        const joined = tf.tidy(() => {
          const parts = Array.from({ length: count }, () => {
            const drawn = drawAnomalies(pixels.shape, rule, from);
            return [withAnomalies(pixels.div(255), drawn).mul<Tensor4D>(255), drawn[0] as Tensor4D];
          });
          return tf.concat([pixels, ...parts.flat()], 3);
        });
        seen += pixels.shape[0];
        pixels.dispose();
        yield { ...batch, pixels: joined };
      }
    },
  };
}

/**
 * Features of pictures with overlays: those of the picture, then for every anomaly those of the picture under it and the mask on their grid, in which a
 * place is anomalous where any part of it is.
 *
 * @param joined `[n, h, w, 3 + 4 count]` of `withOverlays`, borrowed
 * @returns `[n, gh, gw, d + (d + 1) count]`, owned by the caller
 */
export function embedOverlaid(joined: Tensor4D, embed: (pixels: Tensor4D) => Tensor4D): Tensor4D {
  return tf.tidy(() => {
    const [, , , channels] = joined.shape;
    const part = (from: number, to: number) => joined.slice([0, 0, 0, from], [-1, -1, -1, to - from]) as Tensor4D;
    const features = [embed(part(0, PICTURE))];
    const stride = joined.shape[1] / features[0].shape[1];
    for (let at = PICTURE; at < channels; at += MASKED) {
      features.push(embed(part(at, at + PICTURE)));
      features.push(tf.maxPool(part(at + PICTURE, at + MASKED), stride, stride, 'valid'));
    }
    return tf.concat(features, 3);
  });
}

/**
 * @param kept what `embedOverlaid` gave, borrowed
 * @param width of the features
 * @param which anomaly
 * @returns features of the pictures, those under the anomaly, and its masks; owned by the caller
 */
export function pickOverlay(kept: Tensor4D, width: number, which: number): [Tensor4D, Tensor4D, Tensor4D] {
  const at = width + which * (width + 1);
  const part = (from: number, size: number) => kept.slice([0, 0, 0, from], [-1, -1, -1, size]) as Tensor4D;
  return [part(0, width), part(at, width), part(at + width, 1)];
}
