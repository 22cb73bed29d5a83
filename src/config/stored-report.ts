import { FiniteNumber, nullable, t } from './codec.js';

const Fingerprint = t.partial({ sha256: t.string });

/**
 * `report.json` as far as runs are listed and compared by it. Reports only gain keys, so those that are not named here are let through, and those of
 * older versions lack some.
 */
export const StoredReport = t.intersection([
  t.type({ model: t.string }),
  t.partial({
    imgano_version: t.string,
    timestamp_utc: t.string,
    dataset: t.string,
    category: nullable(t.string),
    recipe: t.string,
    seed: FiniteNumber,
    backend: t.string,
    train_count: FiniteNumber,
    calibration_count: FiniteNumber,
    threshold: nullable(FiniteNumber),
    pixel_threshold: nullable(FiniteNumber),
    results: nullable(t.UnknownRecord),
    results_missing: nullable(t.string),
    split_fingerprint: nullable(Fingerprint),
    test_fingerprint: nullable(Fingerprint),
    config: t.UnknownRecord,
  }),
]);
export type StoredReport = t.TypeOf<typeof StoredReport>;
