import { tf, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import { FilterbankExtractor } from './filterbank.js';
import type { Network } from './network.js';

/** The fixed filters whose features are mixed; part of what a checkpoint means. */
export const FILTERS = { name: 'filterbank', stride: 8, levels: 3 } as const;
/** The name of the only tap. */
export const RELEVANT = 'relevant';

/**
 * The filter bank, and one linear map of its features at every place, learned from good pictures (`imgano train --recipe
 * pretrain-backbone`): a distance between two places counts what tells parts apart and not what varies among good ones.
 */
export function filterbankRca(): Network {
  const bank = new FilterbankExtractor(FILTERS);
  const [{ stride, channels }] = bank.taps;
  bank.dispose();
  return {
    taps: [{ name: RELEVANT, stride, channels }],
    parameters: [
      { name: `${RELEVANT}.weight`, shape: [channels, channels, 1, 1] },
      { name: `${RELEVANT}.bias`, shape: [channels] },
    ],
    dropped: /(?!)/,
    margin: 0, // the filters mirror the picture themselves
    load: (values) => {
      const filters = new FilterbankExtractor(FILTERS);
      const weight = tf.tidy(() => {
        const torch = tf.tensor4d(values(`${RELEVANT}.weight`)!, [channels, channels, 1, 1]);
        return tf.transpose(torch, [2, 3, 1, 0]) as Tensor4D;
      });
      const bias = tf.tensor1d(values(`${RELEVANT}.bias`)!) as Tensor1D;
      return {
        apply: (x) =>
          tf.tidy(() => filters.extract(x).map((y) => tf.conv2d(y, weight, 1, 'valid').add<Tensor4D>(bias))),
        dispose: () => {
          filters.dispose();
          tf.dispose([weight, bias]);
        },
      };
    },
  };
}
