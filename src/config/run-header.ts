import {
  decode,
  NonEmptyString,
  NonNegativeInteger,
  nullable,
  oneOf,
  optional,
  PositiveInteger,
  refine,
  Sha256,
  strict,
  t,
} from './codec.js';

/** What shapes the records of a run, beside the pictures. Batch sizes and workers are not in it: they change no byte. */
const Settings = strict('Settings', {
  imgano_version: NonEmptyString,
  model: NonEmptyString,
  /** The whole config as it runs: model parameters, hashes of model files and weights, thresholds, defects controls. */
  config_sha256: Sha256,
  backend: NonEmptyString,
  device: oneOf(['cpu', 'gpu']),
  precision: NonEmptyString,
  maps: t.boolean,
  defects: t.boolean,
  continue_on_error: t.boolean,
  /** Only where records tell confidences that the config does not ask for. */
  confidence: optional(t.boolean),
  /** What `--reference-dir` named. */
  references: nullable(t.string),
});

/** The input list: names in order, before it is split. */
const Inputs = strict('Inputs', { count: NonNegativeInteger, sha256: Sha256 });

/** The part `index` (from 1) of `count`, with so many of the inputs. */
const ShardOfRun = strict('ShardOfRun', {
  index: PositiveInteger,
  count: PositiveInteger,
  pictures: NonNegativeInteger,
});

/** Where artifacts go, as given: records name these paths. */
const Places = strict('Places', {
  maps: nullable(t.string),
  masks: nullable(t.string),
  overlays: nullable(t.string),
  overlay_max_size: nullable(PositiveInteger),
  regions: nullable(t.string),
});

/** `OUT.jsonl.run.json`: what made the records beside it, so that a run can go on, and shards can be merged. */
export const RunHeader = strict('RunHeader', {
  schema_version: refine('schema version 1', t.number, (n) => n === 1, { const: 1 }),
  settings: Settings,
  inputs: Inputs,
  shard: nullable(ShardOfRun),
  outputs: Places,
});
export type RunHeader = t.TypeOf<typeof RunHeader>;

/** @throws ConfigError with every problem and its path */
export function decodeRunHeader(value: unknown, where: string): RunHeader {
  return decode(RunHeader, value, where);
}
