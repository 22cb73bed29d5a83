import type { Precision } from '../../runtime/compile/precision.js';
import type { Tensor } from '../../runtime/tf.js';
import type { Scored } from '../detector.js';
import type { Scorer } from '../learned-detector.js';
import { CompiledForward } from './compiled-forward.js';

/**
 * A scorer that is one compiled function of pictures.
 *
 * @param fn as `CompiledForward` takes it: pictures -> scores, and maps where there are any
 * @param options of `CompiledForward`: an extractor is one
 * @param parts what the function uses; disposed with the scorer
 */
export function compiledScorer(
  name: string,
  fn: (x: Tensor) => Tensor[],
  options: { readonly precision?: Precision } = {},
  parts: readonly { dispose(): void }[] = [],
): Scorer {
  const forward = new CompiledForward(name, fn, options);
  return {
    run: async (pixels) => {
      const [scores, maps = null] = await forward.run(pixels);
      return { scores, maps } as Scored;
    },
    dispose: () => {
      forward.dispose();
      for (const part of parts) part.dispose();
    },
  };
}
