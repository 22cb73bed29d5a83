import { tf, type Scalar, type Tensor1D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import type { Pass } from '../nets/module.js';
import type { Loss } from '../training/training-task.js';
import { cosineDistances } from './cosine-distances.js';
import { DistillationDetector, type DistillationParams } from './distillation-detector.js';
import { fuseMaps, type Fusion } from './fuse-maps.js';
import type { Student } from './student.js';

export interface TeacherStudentParams extends DistillationParams {
  readonly score_top: number;
}

export interface TeacherStudentParts {
  readonly student: Student;
  /** Pixels by which every picture is mirrored outwards. */
  readonly frame: number;
  readonly fusion: Fusion;
}

/**
 * A student that learns to answer with the features of a fixed teacher. The loss is the mean over the places of 1 - cosine, summed over the
 * teacher's taps.
 */
export class TeacherStudent<P extends TeacherStudentParams> extends DistillationDetector<P> {
  constructor(
    name: string,
    params: P,
    extractor: FeatureExtractor,
    featureKeys: readonly (keyof P & string)[],
    private readonly parts: TeacherStudentParts,
  ) {
    super(name, params, extractor, featureKeys, { ...parts.student, frame: parts.frame });
  }

  protected lossOf(pixels: Tensor4D | null, features: readonly Tensor4D[], pass: Pass): Loss {
    const answers = this.parts.student.answer(pixels, features, pass);
    const layers = features.map((layer, i) => cosineDistances(layer, answers[i]).mean() as Scalar);
    const parts = Object.fromEntries(this.extractor.taps.map((tap, i) => [tap.name, layers[i]]));
    return { total: layers.length === 1 ? layers[0].clone() : tf.addN(layers), parts };
  }

  protected judged(pixels: Tensor4D, features: readonly Tensor4D[], pass: Pass): readonly [Tensor1D, Tensor3D] {
    const answers = this.parts.student.answer(pixels, features, pass);
    const maps = fuseMaps(
      features.map((layer, i) => cosineDistances(layer, answers[i])),
      this.parts.fusion,
    );
    return [highestPlaces(maps, this.params.score_top), maps];
  }
}
