import { tf, type Tensor4D } from '../../runtime/tf.js';
import { plain, type Module } from './module.js';

/** The rectifier: what is below zero becomes zero. */
export const rectified: Module = plain((x) => tf.relu(x) as Tensor4D);
