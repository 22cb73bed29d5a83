import { tf } from '../../runtime/tf.js';
import { dense } from '../nets/dense.js';
import { plain, type Module } from '../nets/module.js';
import { sequence } from '../nets/sequence.js';
import { subnetOf, type MakeSubnet } from './subnet.js';

/**
 * Linear layers with rectifiers between them, for every place by itself.
 *
 * @param widths of the hidden layers, given the channels that come in
 */
export function denseSubnet(widths: (from: number) => readonly number[]): MakeSubnet {
  return (name, from, to) => {
    const layers: Module[] = [];
    let before = from;
    for (const [i, width] of widths(from).entries()) {
      layers.push(
        dense(`${name}.${i}`, before, width),
        plain((x) => tf.relu(x)),
      );
      before = width;
    }
    return subnetOf(sequence([...layers, dense(`${name}.${widths(from).length}`, before, to)]));
  };
}
