import { rotatePictures } from '../../ops/rotate-pictures.js';
import { tf, type Tensor, type Tensor4D } from '../../runtime/tf.js';
import type { ScaleShape } from './flow-model.js';
import type { PicturePyramid } from './picture-pyramid.js';

/** What DifferNet sees of a picture: for every turned copy, the mean of every channel at every scale. */
export interface TurnedPyramid {
  /** One scale, whose rows are the copies. */
  readonly scales: readonly [ScaleShape];
  /** @returns `[n, copies, 1, values]`, owned by the caller */
  features(pixels: Tensor4D): [Tensor4D];
}

/** @param degrees of the copies, counter-clockwise */
export function turnedPyramid({ scales, features }: PicturePyramid, degrees: readonly number[]): TurnedPyramid {
  const channels = scales.reduce((sum, scale) => sum + scale.channels, 0);
  const means = (pixels: Tensor4D) =>
    tf.concat(
      features(pixels).map((scale) => scale.mean([1, 2])),
      1,
    );
  return {
    scales: [{ height: degrees.length, width: 1, channels }],
    features: (pixels) => [
      tf.tidy(() => {
        const copies: Tensor[] = degrees.map((by) => means(by === 0 ? pixels : rotatePictures(pixels, by)));
        return tf.stack(copies, 1).expandDims(2) as Tensor4D;
      }),
    ],
  };
}
