import { IMAGENET, normalize } from '../../ops/normalize.js';
import {
  tf,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from '../../runtime/tf.js';
import type { Module, Pass, Values } from '../nets/module.js';
import type { Loss } from '../training/training-task.js';
import type { FeatureAutoencoder } from './feature-autoencoder.js';
import { jitter } from './jitter.js';
import { meanOfHighest } from './mean-of-highest.js';

/** What EfficientAD is made of. */
export interface EfficientAdNetworks {
  /** `[n, h, w, 3]`, 0..255 -> `[n, h / 4, w / 4, c]`, owned by the caller */
  teacher(pixels: Tensor4D, values: Values): Tensor4D;
  /** Gives twice the teacher's channels: what it expects of the teacher, then of the autoencoder. */
  readonly student: Module;
  readonly autoencoder: FeatureAutoencoder;
}

/** Mean and spread of the teacher's channels on good pictures. */
export interface TeacherScale {
  readonly mean: Tensor1D;
  readonly std: Tensor1D;
}

/** What a training step is given; all borrowed. */
export interface EfficientAdStep {
  /** `[n, h, w, 3]` */
  readonly pixels: Tensor4D;
  /** Of `drawJitter`. */
  readonly factors: Tensor2D;
  /** Masks of the autoencoder's `dropout`. */
  readonly dropout: readonly Tensor[];
  /** Pictures of other things, `[m, h, w, 3]`; null = none. */
  readonly strange: Tensor4D | null;
}

/**
 * The loss of EfficientAD: the highest differences between student and teacher alone, the autoencoder against the teacher, and the student's
 * other half against the autoencoder, the last two on pictures of other light. What the student says of other things is a penalty, so that it
 * does not learn to imitate the teacher there too.
 */
export function efficientAdLoss(
  { teacher, student, autoencoder }: EfficientAdNetworks,
  scale: TeacherScale,
  { pixels, factors, dropout, strange }: EfficientAdStep,
  { pass, teacherValues, quantile }: { readonly pass: Pass; readonly teacherValues: Values; readonly quantile: number },
): Loss {
  const seen = (x: Tensor4D) => scaled(teacher(x, teacherValues), scale);
  const light = jitter(pixels, factors);
  const said = (x: Tensor4D) => halves(student.apply(normalize(x, IMAGENET), pass));
  const [expected] = said(pixels);
  const [, imitated] = said(light);
  const rebuilt = autoencoder.apply(normalize(light, IMAGENET), pass, dropout);
  const parts = {
    student: meanOfHighest(seen(pixels).sub(expected).square(), quantile),
    autoencoder: seen(light).sub(rebuilt).square().mean() as Scalar,
    student_autoencoder: rebuilt.sub(imitated).square().mean() as Scalar,
    ...(strange === null ? {} : { penalty: said(strange)[0].square().mean() as Scalar }),
  };
  return { total: tf.addN(Object.values(parts)), parts };
}

/**
 * The two maps of EfficientAD before they are brought to one scale.
 *
 * @returns mean squared differences, `[n, h / 4, w / 4]` each, owned by the caller
 */
export function efficientAdMaps(
  { teacher, student, autoencoder }: EfficientAdNetworks,
  scale: TeacherScale,
  pixels: Tensor4D,
  { pass, teacherValues }: { readonly pass: Pass; readonly teacherValues: Values },
): [Tensor3D, Tensor3D] {
  return tf.tidy(() => {
    const picture = normalize(pixels, IMAGENET);
    const seen = scaled(teacher(pixels, teacherValues), scale);
    const [expected, imitated] = halves(student.apply(picture, pass));
    const rebuilt = autoencoder.apply(picture, pass, null);
    return [seen.sub(expected), rebuilt.sub(imitated)].map((difference) => difference.square().mean<Tensor3D>(3)) as [
      Tensor3D,
      Tensor3D,
    ];
  });
}

function scaled(features: Tensor4D, { mean, std }: TeacherScale): Tensor4D {
  return features.sub(mean).div(std);
}

function halves(features: Tensor4D): [Tensor4D, Tensor4D] {
  return tf.split(features, 2, 3) as [Tensor4D, Tensor4D];
}
