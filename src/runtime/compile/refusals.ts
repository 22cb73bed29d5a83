import { DType, type TensorSpec } from './graph.js';

/** The shape of what they give depends on the values that they get, and the code behind them saw one such shape. */
const SHAPE_BY_VALUE =
  /^(Where|Unique|UniqueV2|UniqueWithCounts|UniqueWithCountsV2|ListDiff|NonMaxSuppression(V[235])?|Decode\w+|Dynamic\w+|Sparse(?!ToDense$)\w+|Ragged\w+|StringSplit\w*)$/;

/** They give other values at every call, or act on the world. */
const NOT_A_FUNCTION =
  /^(Multinomial|Random\w+|ParameterizedTruncatedNormal|TruncatedNormal|\w*Summary\w*|\w*Iterator\w*)$/;

/**
 * Why an operation cannot be part of a recorded graph.
 *
 * @param depends whether it depends on the recorded function's inputs
 * @param outputs what the operation gave
 * @returns the reason as the end of a sentence, or null if the operation can be recorded
 */
export function refusal(op: string, depends: boolean, outputs: readonly TensorSpec[]): string | null {
  if (depends && SHAPE_BY_VALUE.test(op))
    return `uses ${op}, whose result has a shape that depends on the values of its input`;
  if (NOT_A_FUNCTION.test(op)) return `uses ${op}, which is not a pure function of its inputs`;
  const bad = outputs.find((o) => o.dtype === DType.resource || o.dtype === DType.variant);
  return bad === undefined ? null : `uses ${op}, which gives a handle instead of a tensor`;
}
