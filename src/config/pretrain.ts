import { defaultsOf, nullable, oneOf, PositiveInteger, refine, strict, withDefault, type t } from './codec.js';
import { SizeCodec } from './size.js';
import { trainingRule } from './training-rule.js';

const Training = trainingRule({ epochs: 40, batch_size: 8, lr: 1e-3, weight_decay: 1e-2, scheduler_name: 'cosine' });

/** How a backbone learns from good pictures alone: the section `pretrain` of a run config. */
export const PretrainConfig = strict('PretrainConfig', {
  /**
   * What it learns: which mixtures of the filter bank's features matter (`rca`, without steps), to see the same place alike in two lights
   * (`vicreg`), or to find defects that were made up (`made_defects`).
   */
  pretext: withDefault(oneOf(['rca', 'vicreg', 'made_defects']), 'rca'),
  /** What pictures are stretched to; null = as the model of the config sees them, which is right where it is one size. */
  size: withDefault(nullable(SizeCodec), null),
  /** Of the pretexts that are trained: side of the square that a step cuts out of every picture, in pixels: a multiple of 16. */
  crop: withDefault(
    refine('multiple of 16', PositiveInteger, (n) => n % 16 === 0, { multipleOf: 16 }),
    128,
  ),
  /** Of the pretexts that are trained. */
  training: withDefault(Training, () => defaultsOf(Training)),
});
export type PretrainConfig = t.TypeOf<typeof PretrainConfig>;
