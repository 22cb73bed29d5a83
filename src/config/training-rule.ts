import { AugmentRule } from './augment-rule.js';
import {
  NonNegativeInteger,
  NonNegativeNumber,
  nullable,
  oneOf,
  OpenUnit,
  PositiveInteger,
  PositiveNumber,
  strict,
  type t,
  Unit,
  withDefault,
} from './codec.js';

/** How a model is trained where it says nothing else; names as in the training options of the Python system. */
const DEFAULTS = {
  epochs: 100,
  batch_size: 8,
  lr: 1e-3,
  optimizer_name: 'adamw',
  weight_decay: 0,
  scheduler_name: 'none',
  step_size: 30,
  warmup_epochs: 0,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  clip_norm: null,
  max_steps: null,
} as const;

type Optimizer = 'adam' | 'adamw' | 'stable_adamw' | 'sgd';
type Scheduler = 'none' | 'cosine' | 'step';

export interface TrainingDefaults {
  readonly epochs?: number;
  readonly batch_size?: number;
  readonly lr?: number;
  readonly optimizer_name?: Optimizer;
  readonly weight_decay?: number;
  readonly scheduler_name?: Scheduler;
  readonly step_size?: number;
  readonly warmup_epochs?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly eps?: number;
  readonly clip_norm?: number;
  readonly max_steps?: number;
}

/**
 * How a model is trained: the key `training` of its parameters.
 *
 * @param defaults of the model's paper, where they differ
 */
export function trainingRule(defaults: TrainingDefaults = {}) {
  const d = { ...DEFAULTS, ...defaults };
  return strict('TrainingRule', {
    epochs: withDefault(PositiveInteger, d.epochs),
    /** Stops after so many steps, whatever `epochs` says. */
    max_steps: withDefault(nullable(PositiveInteger), d.max_steps),
    batch_size: withDefault(PositiveInteger, d.batch_size),
    optimizer_name: withDefault(oneOf(['adam', 'adamw', 'stable_adamw', 'sgd']), d.optimizer_name),
    lr: withDefault(PositiveNumber, d.lr),
    weight_decay: withDefault(NonNegativeNumber, d.weight_decay),
    /** Of `sgd`. */
    momentum: withDefault(Unit, 0.9),
    beta1: withDefault(Unit, d.beta1),
    beta2: withDefault(Unit, d.beta2),
    eps: withDefault(PositiveNumber, d.eps),
    scheduler_name: withDefault(oneOf(['none', 'cosine', 'step']), d.scheduler_name),
    /** Of `step`: the rate is multiplied by `gamma` every so many epochs. */
    step_size: withDefault(PositiveInteger, d.step_size),
    gamma: withDefault(OpenUnit, 0.1),
    /** Epochs in which the rate rises to `lr`. */
    warmup_epochs: withDefault(NonNegativeInteger, d.warmup_epochs),
    /** The largest norm of all gradients together; null = any. */
    clip_norm: withDefault(nullable(PositiveNumber), d.clip_norm),
    /** Decay of the moving average of the values, which is then what is kept; null = none. */
    ema_decay: withDefault(nullable(OpenUnit), null),
    /** The share of the good pictures that is held out to decide when to stop; 0 = none. */
    validation_fraction: withDefault(Unit, 0),
    /** Epochs without a better held-out loss before it stops; null = never. */
    early_stopping_patience: withDefault(nullable(PositiveInteger), null),
    early_stopping_min_delta: withDefault(NonNegativeNumber, 0),
    /** The most megabytes of training pictures or features that are kept between epochs; above it, every epoch reads them again. */
    memory_mb: withDefault(PositiveNumber, 1024),
    /** The most megabytes that a training may take with all that lies in memory beside it; above it, it is refused. null = what the machine has. */
    total_memory_mb: withDefault(nullable(PositiveNumber), null),
    /** How training pictures are varied anew in every epoch; null = not at all. Held-out pictures are not varied. */
    augment: withDefault(nullable(AugmentRule), null),
  });
}

export const TrainingRule = trainingRule();
export type TrainingRule = t.TypeOf<typeof TrainingRule>;
