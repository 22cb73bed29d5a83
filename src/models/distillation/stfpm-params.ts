import { oneOf, strict, type t, withDefault } from '../../config/codec.js';
import { teacherStudentKeys } from './teacher-student-params.js';

/** Parameters of `vision_stfpm`; the training is the paper's. */
export const StfpmParams = strict('StfpmParams', {
  ...teacherStudentKeys({ epochs: 100, batch_size: 32, lr: 0.4, optimizer_name: 'sgd', weight_decay: 1e-4 }, 0),
  /** How the maps of the layers become one. */
  fusion: withDefault(oneOf(['product', 'mean']), 'product'),
});
export type StfpmParams = t.TypeOf<typeof StfpmParams>;
