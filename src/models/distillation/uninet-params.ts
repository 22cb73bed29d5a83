import { NonNegativeNumber, PositiveNumber, Share, strict, type t, Unit, withDefault } from '../../config/codec.js';
import { teacherStudentKeys } from './teacher-student-params.js';

const { score_top: _, ...KEYS } = teacherStudentKeys(
  { epochs: 100, batch_size: 8, lr: 0.005, optimizer_name: 'adamw', weight_decay: 1e-5, eps: 1e-10 },
  4,
);

/** Parameters of `vision_uninet`; the training is that of the published code. */
export const UniNetParams = strict('UniNetParams', {
  ...KEYS,
  /** The share of the learning rate by which the target teacher is moved. */
  target_rate: withDefault(NonNegativeNumber, 2e-4),
  /** What the cosine counts in the loss; the contrast between places counts the rest of 1. */
  cosine_weight: withDefault(Unit, 0.7),
  /** Of the contrast. */
  temperature: withDefault(PositiveNumber, 2),
  /** The share of places that the image score is the mean of, for every unit of distance. */
  score_alpha: withDefault(Share, 0.01),
  /** The least share of places that it is the mean of; one place always counts. */
  score_beta: withDefault(Unit, 3e-5),
});
export type UniNetParams = t.TypeOf<typeof UniNetParams>;
