import { oneOf, withDefault } from '../../config/codec.js';

/** How the values of several channels become one: the largest, the mean, or the root of the mean square. */
export const ChannelReduce = withDefault(oneOf(['max', 'mean', 'l2']), 'max');
export type ChannelReduce = 'max' | 'mean' | 'l2';
