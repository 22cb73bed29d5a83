import {
  FiniteNumber,
  Integer,
  NonEmptyString,
  NonNegativeInteger,
  nullable,
  oneOf,
  PositiveInteger,
  refine,
  Sha256,
  strict,
  t,
} from './codec.js';
import { RelativePath } from './relative-path.js';

/** The version of a bundle's documents. The first number changes when older readers would go wrong, the second when something is added. */
export const BUNDLE_VERSION = '1.0';

const VersionText = refine('version such as "1.0"', t.string, (text) => /^\d{1,4}\.\d{1,4}$/.test(text), {
  pattern: '^\\d{1,4}\\.\\d{1,4}$',
});

/** A path below the bundle with one spelling only: "/" between its parts, and no empty, "." or ".." part. */
const BundlePath = refine(
  'relative path with "/" between its parts, without ".", ".." and empty parts',
  RelativePath,
  (path) =>
    !path.includes('\\') && !path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.'),
);

const Hashed = { sha256: Sha256, bytes: NonNegativeInteger };

/** What computed the expected results: as far as it decides which bits they have. */
const Machine = strict('Machine', {
  backend: NonEmptyString,
  device: oneOf(['cpu', 'gpu']),
  imgano: NonEmptyString,
  tfjs: NonEmptyString,
  sharp: nullable(t.string),
  node: NonEmptyString,
  system: NonEmptyString,
  machine: NonEmptyString,
  cpu: t.string,
});
export type Machine = t.TypeOf<typeof Machine>;

/** Scores of good pictures in short: all of them where they are few, otherwise quantiles that lie evenly apart. */
export const ScoreSketch = strict('ScoreSketch', {
  /** How many scores there were. */
  count: PositiveInteger,
  /** Whether `scores` are all of them. */
  exact: t.boolean,
  /** In ascending order. */
  scores: refine('list of one number or more in ascending order', t.array(FiniteNumber), isAscending, { minItems: 1 }),
});
export type ScoreSketch = t.TypeOf<typeof ScoreSketch>;

function isAscending(values: readonly number[]): boolean {
  return values.length > 0 && values.every((value, i) => i === 0 || values[i - 1] <= value);
}

/** `bundle_manifest.json`: every file of a deploy bundle with its hash, and what is needed to prove it elsewhere. */
export const BundleManifest = strict('BundleManifest', {
  schema_version: VersionText,
  imgano_version: NonEmptyString,
  created_utc: NonEmptyString,
  model: NonEmptyString,
  /** The hash of the config as it runs, as records files name it. */
  config_sha256: Sha256,
  exported_on: Machine,
  files: t.array(
    strict('BundleFile', {
      path: BundlePath,
      role: oneOf(['config', 'model', 'region_of_interest', 'references', 'weights', 'probe', 'audit']),
      ...Hashed,
    }),
  ),
  /** External weights with their licences; `included`: they lie in the bundle, otherwise the machine must have them. */
  weights: t.array(
    strict('BundleWeights', {
      id: NonEmptyString,
      license: NonEmptyString,
      origin: NonEmptyString,
      included: t.boolean,
      files: t.array(strict('WeightsFile', { path: NonEmptyString, ...Hashed })),
    }),
  ),
  probes: strict('Probes', {
    origin: oneOf(['data', 'synthetic']),
    /** Of synthetic pictures. */
    seed: nullable(Integer),
    count: PositiveInteger,
  }),
  threshold: nullable(FiniteNumber),
  /** The share of good pictures that the threshold was meant to flag; null where its rule names none. */
  expected_share: nullable(FiniteNumber),
  calibration: nullable(ScoreSketch),
  /** Over the canonical JSON of everything else in this document. */
  manifest_sha256: Sha256,
});
export type BundleManifest = t.TypeOf<typeof BundleManifest>;

/** A tensor in short: enough to see where another machine computes something else. */
const TensorSummary = strict('TensorSummary', {
  shape: t.array(NonNegativeInteger),
  /** Over its little-endian float32 bytes. */
  sha256: Sha256,
  min: FiniteNumber,
  max: FiniteNumber,
  mean: FiniteNumber,
  /** At places that the length alone decides. */
  samples: t.array(FiniteNumber),
});
export type TensorSummary = t.TypeOf<typeof TensorSummary>;

const ExpectedProbe = strict('ExpectedProbe', {
  picture: BundlePath,
  decode: strict('Decode', {
    height: PositiveInteger,
    width: PositiveInteger,
    bits: oneOf(['8', '16']),
    sha256: Sha256,
  }),
  /** What the model saw and gave, call by call (one for a whole picture, one or more for tiles). */
  preprocess: t.array(TensorSummary),
  model: strict('Model', {
    score: FiniteNumber,
    label: nullable(Integer),
    scores: t.array(TensorSummary),
    maps: t.array(TensorSummary),
  }),
  /** null for a model without maps. */
  map: nullable(TensorSummary),
  /** null where no pixel threshold is stored. */
  mask: nullable(strict('Mask', { path: BundlePath, sha256: Sha256, area: NonNegativeInteger })),
  regions: nullable(t.array(t.UnknownRecord)),
  /** Over the canonical JSON of the whole record. */
  record_sha256: Sha256,
});
export type ExpectedProbe = t.TypeOf<typeof ExpectedProbe>;

/** `probes/expected.json`: what the probe pictures gave where the bundle was exported. */
export const ExpectedProbes = strict('ExpectedProbes', {
  schema_version: VersionText,
  probes: t.array(ExpectedProbe),
});
export type ExpectedProbes = t.TypeOf<typeof ExpectedProbes>;

const Ed25519Hex = (name: string, bytes: number) =>
  refine(`${name} (${2 * bytes} lower-case hex digits)`, t.string, (text) =>
    new RegExp(`^[0-9a-f]{${2 * bytes}}$`).test(text),
  );

/** `bundle_signature.json`: an Ed25519 signature (RFC 8032) over the bytes of the manifest. */
export const BundleSignature = strict('BundleSignature', {
  schema_version: VersionText,
  algorithm: oneOf(['ed25519']),
  public_key: Ed25519Hex('public key', 32),
  signature: Ed25519Hex('signature', 64),
});
export type BundleSignature = t.TypeOf<typeof BundleSignature>;
