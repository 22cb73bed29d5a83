import type { FeatureExtractor } from '../backbones/extractor.js';
import { frameWidth } from '../backbones/frame-width.js';
import { bottleneck } from './bottleneck.js';
import { checkHalvedSides } from './check-halved-sides.js';
import type { ReverseDistillationParams } from './reverse-distillation-params.js';
import type { Student } from './student.js';
import { studentDecoder } from './student-decoder.js';
import { studentWidths } from './student-widths.js';
import { TeacherStudent } from './teacher-student.js';

const FEATURE_KEYS = ['backbone', 'resize', 'interpolation', 'antialias', 'context', 'student_width'] as const;

/**
 * Reverse Distillation (Deng and Li, CVPR 2022): the student does not see the picture but a narrow embedding of the teacher's features, and
 * has to give them back from coarse to fine.
 */
export class ReverseDistillation extends TeacherStudent<ReverseDistillationParams> {
  /** @param extractor the teacher, owned by the detector from now on */
  constructor(params: ReverseDistillationParams, extractor: FeatureExtractor) {
    const { taps } = extractor;
    const student = featureStudent(extractor, params.student_width);
    checkHalvedSides(params.resize, taps);
    const frame = frameWidth(extractor, params.context);
    super('vision_reverse_distillation', params, extractor, FEATURE_KEYS, { student, frame, fusion: 'sum' });
  }
}

function featureStudent({ taps }: FeatureExtractor, width: number): Student {
  const channelsAt = studentWidths(width);
  const decoder = studentDecoder(taps, channelsAt);
  const embedding = bottleneck(taps, channelsAt);
  return {
    trained: [...embedding.trained, ...decoder.trained],
    statistics: [...embedding.statistics, ...decoder.statistics],
    seesPictures: false,
    answer: (_, features, pass) => {
      const narrow = embedding.apply(features, pass);
      const answers = decoder.apply(narrow, pass);
      narrow.dispose();
      return answers;
    },
  };
}
