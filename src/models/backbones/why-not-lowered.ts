import { UnsupportedBackendError } from '../../errors.js';
import { compile } from '../../runtime/compile.js';
import { whyNotBfloat16 } from '../../runtime/compile/bfloat16-support.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from './extractor.js';

/** The side of the trial's picture, rounded up to what the network takes. */
const SIDE = 64;

/**
 * Why a network should not run in bfloat16 here, as a sentence without its end; null where it can. Tried once, on a small picture of
 * noise and before any other is seen, so that the answer is the same for every picture of a run.
 */
export async function whyNotLowered(extractor: FeatureExtractor): Promise<string | null> {
  const why = whyNotBfloat16();
  if (why !== null) return why;
  const side = Math.ceil(SIDE / extractor.multiple) * extractor.multiple;
  const picture = tf.randomUniform([1, side, side, 3], 0, 255, 'float32', 1);
  try {
    const options = { name: 'backbone', precision: 'bfloat16' } as const;
    const graph = await compile(([x]) => extractor.extract(x as Tensor4D), [picture], options);
    graph.dispose();
    return null;
  } catch (error) {
    if (error instanceof UnsupportedBackendError) return error.message;
    throw error;
  } finally {
    picture.dispose();
  }
}
