import type { TrainingRule } from '../../config/training-rule.js';
import { Random } from '../../runtime/random.js';
import type { Tensor, Tensor2D, Tensor4D } from '../../runtime/tf.js';
import { begin, type Values } from '../nets/module.js';
import type { TrainingPictures } from '../training/training-pictures.js';
import type { TrainingTask } from '../training/training-task.js';
import { efficientAdLoss, type EfficientAdNetworks, type TeacherScale } from './efficientad-networks.js';
import { drawJitter } from './jitter.js';
import { penaltyPictures } from './penalty-pictures.js';

export interface EfficientAdData {
  /** Good pictures; borrowed. */
  readonly good: TrainingPictures;
  /** Pictures of other things, on which the student is to say nothing; borrowed; null = none. */
  readonly others: TrainingPictures | null;
  readonly scale: TeacherScale;
  readonly teacherValues: Values;
  readonly seed: number;
}

/** The training of EfficientAD's student and autoencoder. */
export function efficientAdTask(
  { name, training: rule, quantile }: { name: string; training: TrainingRule; quantile: number },
  networks: EfficientAdNetworks,
  { good, others, scale, teacherValues, seed }: EfficientAdData,
): TrainingTask {
  const { student, autoencoder } = networks;
  return {
    name,
    rule,
    start: begin([...student.trained, ...autoencoder.trained], new Random(seed).fork('student')),
    stepsPerEpoch: good.stepsPerEpoch,
    batches: (_, random) => steps(random),
    loss: ([pixels, factors, ...drawn], pass) => {
      const strange = others === null ? null : (drawn.pop() as Tensor4D);
      const step = { pixels: pixels as Tensor4D, factors: factors as Tensor2D, dropout: drawn, strange };
      return efficientAdLoss(networks, scale, step, { pass, teacherValues, quantile });
    },
  };

  async function* steps(random: Random): AsyncIterable<Tensor[]> {
    const drawing = random.fork('drawn');
    const strange = others === null ? null : penaltyPictures(others, random.fork('others'));
    try {
      for await (const pixels of good.batches(random.fork('order'))) {
        const [n] = pixels.shape;
        const drawn = [drawJitter(n, drawing), ...autoencoder.dropout(n, drawing)];
        yield [pixels, ...drawn, ...(strange === null ? [] : [(await strange.next()).value as Tensor4D])];
      }
    } finally {
      await strange?.return(undefined);
    }
  }
}
