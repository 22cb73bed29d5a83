import { defaultsOf, oneOf, PositiveInteger, refine, strict, withDefault, type t } from './codec.js';
import { SizeCodec } from './size.js';
import { trainingRule } from './training-rule.js';

const Training = trainingRule({ epochs: 40, batch_size: 8, lr: 1e-3, weight_decay: 1e-2, scheduler_name: 'cosine' });

/** How a backbone learns from good pictures alone: the section `pretrain` of a run config. */
export const PretrainConfig = strict('PretrainConfig', {
  /** What it is trained to do: to see the same place alike in two lights, or to find defects that were made up. */
  pretext: withDefault(oneOf(['vicreg', 'made_defects']), 'vicreg'),
  /** What pictures are stretched to; features should see parts as large as the model does later. */
  size: withDefault(SizeCodec, { height: 256, width: 256 }),
  /** Side of the square that a step cuts out of every picture, in pixels: a multiple of 16. */
  crop: withDefault(
    refine('multiple of 16', PositiveInteger, (n) => n % 16 === 0, { multipleOf: 16 }),
    128,
  ),
  training: withDefault(Training, () => defaultsOf(Training)),
});
export type PretrainConfig = t.TypeOf<typeof PretrainConfig>;
