import { FiniteNumber, NonEmptyString, NonNegativeInteger, nullable, refine, strict, t } from './codec.js';

const EpochLossesCodec = strict('EpochLosses', {
  loss: FiniteNumber,
  parts: t.record(t.string, FiniteNumber),
  heldOut: nullable(FiniteNumber),
  learningRate: FiniteNumber,
});

/** Where a training stands; its tensors lie beside it. */
export const TrainingCheckpoint = strict('TrainingCheckpoint', {
  schema_version: refine('schema version 1', t.number, (n) => n === 1),
  model: NonEmptyString,
  /** What has to be the same for the training to go on, by what it is. */
  made_with: t.record(t.string, t.string),
  /** The file of the tensors, in the same folder. */
  tensors: NonEmptyString,
  finished: t.boolean,
  /** Of the epoch that is under way, from 0 on. */
  epoch: NonNegativeInteger,
  steps_of_epoch: NonNegativeInteger,
  /** Of the losses of its steps. */
  sums: t.record(t.string, FiniteNumber),
  steps: NonNegativeInteger,
  epochs: t.array(EpochLossesCodec),
  early_stopping: strict('EarlyStopping', {
    lowest: nullable(FiniteNumber),
    mark: nullable(FiniteNumber),
    epochs_without: NonNegativeInteger,
  }),
  /** Of the batches that came, in their order: they decide which steps run as a graph. */
  batch_shapes: t.array(t.string),
});
export type TrainingCheckpoint = t.TypeOf<typeof TrainingCheckpoint>;
