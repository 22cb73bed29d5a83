import type { ModelSpec } from '../spec.js';
import { StudentTeacherLiteParams } from './student-teacher-lite-params.js';

export const studentTeacherLite: ModelSpec<StudentTeacherLiteParams> = {
  name: 'vision_student_teacher_lite',
  title: 'Student-teacher lite',
  summary:
    'Predicts what the deeper layers of a backbone say of a place from what its earlier layers say, by one ridge regression on good pictures; fitted in seconds without a trainer.',
  paper: 'A combination without a paper of its own; Hoerl and Kennard, Ridge Regression, Technometrics 1970',
  family: 'distillation',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: false },
  params: StudentTeacherLiteParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { StudentTeacherLite } = await import('./student-teacher-lite.js');
    return withExtractor(params.backbone, environment, (extractor) => new StudentTeacherLite(params, extractor));
  },
};
