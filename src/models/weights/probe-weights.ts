import type { Probe } from '../../config/weights-manifest.js';
import type { WeightsStore } from '../weights-store.js';
import { compareProbes, type TapDifference } from './compare-probes.js';
import { probePinOf, readProbePin, writeProbePin } from './probe-pin.js';
import { runProbe } from './run-probe.js';

export interface ProbeOptions {
  readonly store: WeightsStore;
  /** The backend that computes, for the record. */
  readonly backend: string;
  /** A pin from another machine to compare with, in place of the one beside the checkpoint. */
  readonly against?: string;
  /** Pins what this machine gives beside the checkpoint, in place of comparing. */
  readonly pin?: boolean;
}

export interface ProbeReport {
  readonly id: string;
  readonly backend: string;
  /** What it was compared with: the manifest, or the path of a pin; null where there is nothing to compare with. */
  readonly compared_with: string | null;
  /** Null where there is nothing to compare with. */
  readonly ok: boolean | null;
  readonly differences: readonly TapDifference[];
  /** Where the values were pinned; null where they were not. */
  readonly pinned: string | null;
  readonly probe: Probe;
}

/**
 * Runs a backbone on a picture made by a formula and compares what it gives with what is known: a pin of the user's own first, which says
 * what was approved, then what the manifest says.
 *
 * @throws WeightsError when the weights are missing or altered, or the pin belongs to other files
 */
export async function probeWeights(id: string, options: ProbeOptions): Promise<ProbeReport> {
  const { store, backend, against, pin = false } = options;
  const weights = await store.resolve(id);
  const base = { id, backend };
  if (pin) {
    const probe = await runProbe(id, store);
    const pinned = await writeProbePin(weights, probe, backend);
    return { ...base, compared_with: null, ok: null, differences: [], pinned, probe };
  }
  const own = await readProbePin(weights, against);
  const expected = own ?? weights.entry.probe;
  const probe = await runProbe(id, store, expected);
  if (expected === undefined) return { ...base, compared_with: null, ok: null, differences: [], pinned: null, probe };
  const differences = compareProbes(probe, expected);
  const comparedWith = own === null ? 'the manifest' : (against ?? probePinOf(weights));
  return { ...base, compared_with: comparedWith, ok: differences.every((d) => d.ok), differences, pinned: null, probe };
}
