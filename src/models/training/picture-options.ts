import type { TrainingRule } from '../../config/training-rule.js';
import type { TrainingPicturesOptions } from './training-pictures.js';

/** What a training rule says of its pictures. @param name the model's, for messages */
export function pictureOptions(
  name: string,
  { batch_size, memory_mb, validation_fraction, augment }: TrainingRule,
): Pick<TrainingPicturesOptions, 'name' | 'batchSize' | 'memoryMb' | 'validationFraction' | 'augment'> {
  return { name, batchSize: batch_size, memoryMb: memory_mb, validationFraction: validation_fraction, augment };
}
