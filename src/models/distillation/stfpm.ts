import { IMAGENET, normalize } from '../../ops/normalize.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { frameWidth } from '../backbones/frame-width.js';
import { framedFeatures } from '../backbones/framed-features.js';
import type { StfpmParams } from './stfpm-params.js';
import type { Student } from './student.js';
import { studentPyramid } from './student-pyramid.js';
import { TeacherStudent } from './teacher-student.js';

const FEATURE_KEYS = ['backbone', 'resize', 'interpolation', 'antialias', 'context', 'student_width'] as const;

/** Student-teacher feature pyramid matching (Wang et al., BMVC 2021). */
export class Stfpm extends TeacherStudent<StfpmParams> {
  /** @param extractor the teacher, owned by the detector from now on */
  constructor(params: StfpmParams, extractor: FeatureExtractor) {
    const frame = frameWidth(extractor, params.context);
    const student = pictureStudent(extractor, params.student_width, frame);
    super('vision_stfpm', params, extractor, FEATURE_KEYS, { student, frame, fusion: params.fusion });
  }
}

/** Sees the pictures as the teacher does: with the same frame, which is cut off again. */
function pictureStudent({ taps }: FeatureExtractor, width: number, frame: number): Student {
  const { trained, statistics, apply } = studentPyramid(taps, width);
  return {
    ...{ trained, statistics, seesPictures: true },
    answer: (pixels, _, pass) =>
      framedFeatures({ taps, extract: (x) => apply(normalize(x, IMAGENET), pass) }, frame, pixels!),
  };
}
