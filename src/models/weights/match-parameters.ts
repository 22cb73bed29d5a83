import { WeightsError } from '../../errors.js';
import type { Checkpoint } from './checkpoint.js';
import { quoted } from './quoted.js';

/** A tensor that a network reads from its checkpoint. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** The group of tensors to which it belongs that are all there or all absent; without one it must be there. */
  readonly optional?: string;
}

/** The values of a parameter, or null where an optional one is absent. */
export type ParameterValues = (name: string) => Float32Array | null;

const NAMED = 4;

/**
 * Accounts for every tensor of a checkpoint before any is used: each is a parameter of the right shape or one of those that are known
 * and not needed, and none is missing.
 *
 * @param dropped the names that belong to the checkpoint and not to the features, such as a classifier
 * @throws WeightsError that names what is missing, unexpected or of another shape
 */
export function matchParameters(
  checkpoint: Checkpoint,
  parameters: readonly Parameter[],
  dropped: RegExp,
): ParameterValues {
  const { path, tensors } = checkpoint;
  const expected = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const begun = new Set(parameters.filter((p) => tensors.has(p.name)).map((p) => p.optional));
  const missing = parameters
    .filter((p) => !tensors.has(p.name) && (p.optional === undefined || begun.has(p.optional)))
    .map((p) => quoted(p.name));
  const unexpected = [...tensors.keys()].filter((n) => !expected.has(n) && !dropped.test(n)).map(quoted);
  const misshapen = [...tensors.values()].flatMap((tensor) => {
    const wanted = expected.get(tensor.name)?.shape;
    if (wanted === undefined || wanted.join() === tensor.shape.join()) return [];
    return [`${quoted(tensor.name)} is [${tensor.shape}] where [${wanted}] was expected`];
  });
  const findings = [
    ...(missing.length > 0 ? [`${count(missing, 'is missing', 'are missing')}: ${listed(missing)}`] : []),
    ...(unexpected.length > 0 ? [`${count(unexpected, 'is unknown', 'are unknown')}: ${listed(unexpected)}`] : []),
    ...(misshapen.length > 0
      ? [`${count(misshapen, 'has another shape', 'have other shapes')}: ${listed(misshapen)}`]
      : []),
  ];
  if (findings.length > 0) {
    throw new WeightsError(
      `${path}: the checkpoint does not fit the network: ${findings.join('; ')}; check the architecture and the naming of the manifest entry`,
    );
  }
  return (name) => {
    if (!expected.has(name)) throw new Error(`the parameter "${name}" was not declared`);
    return tensors.get(name)?.values() ?? null;
  };
}

function count(list: readonly string[], one: string, many: string): string {
  return list.length === 1 ? `1 tensor ${one}` : `${list.length} tensors ${many}`;
}

function listed(list: readonly string[]): string {
  const rest = list.length - NAMED;
  return list.slice(0, NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
