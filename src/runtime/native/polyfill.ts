import util from 'node:util';

/**
 * Node's `util` as tfjs-node 4.22 knows it: `isNullOrUndefined` and `isArray` are gone from Node 23 on (tfjs PR 8425
 * mends it, unreleased). Only the JavaScript of tfjs-node is given this object; the process keeps Node's own.
 */
export const utilForTfjsNode: Readonly<Record<string, unknown>> = {
  ...util,
  isNullOrUndefined: (value: unknown): boolean => value == null,
  isArray: (value: unknown): boolean => Array.isArray(value),
};
