import { strict, type t } from '../../config/codec.js';
import { teacherStudentKeys } from './teacher-student-params.js';

/** Parameters of `vision_reverse_distillation`; the training is the paper's. */
export const ReverseDistillationParams = strict(
  'ReverseDistillationParams',
  teacherStudentKeys({ epochs: 200, batch_size: 16, lr: 0.005, optimizer_name: 'adam', beta1: 0.5 }, 4),
);
export type ReverseDistillationParams = t.TypeOf<typeof ReverseDistillationParams>;
