import { tf } from '../../runtime/tf.js';
import { convolution } from '../nets/convolution.js';
import { dense } from '../nets/dense.js';
import { plain, type Module } from '../nets/module.js';
import { sequence } from '../nets/sequence.js';
import { subnetOf, type MakeSubnet } from './subnet.js';

/**
 * Two convolutions with a rectifier between them, as FastFlow's couplings have them.
 *
 * @param size side of both filters, odd
 * @param hiddenRatio channels between them for every channel that comes in
 */
export function convolutionSubnet(size: number, hiddenRatio: number): MakeSubnet {
  const layer = (name: string, from: number, to: number): Module =>
    size === 1 ? dense(name, from, to) : convolution({ name, from, to, size, start: 'torch' });
  return (name, from, to) => {
    const hidden = Math.max(1, Math.floor(from * hiddenRatio));
    return subnetOf(
      sequence([layer(`${name}.0`, from, hidden), plain((x) => tf.relu(x)), layer(`${name}.1`, hidden, to)]),
    );
  };
}
