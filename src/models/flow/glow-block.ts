import { coupling } from './coupling.js';
import type { Flow } from './flow.js';
import { flowChain } from './flow-chain.js';
import { permutation } from './permutation.js';
import { arctanClamp } from './soft-clamp.js';
import type { MakeSubnet } from './subnet.js';

export interface GlowBlockRule {
  readonly name: string;
  readonly channels: number;
  readonly subnet: MakeSubnet;
  /** The largest logarithm of a scale. */
  readonly clamp: number;
  /** The order of the channels in which they are coupled. */
  readonly order: readonly number[];
}

/** The block of DifferNet and CS-Flow: a permutation, then each half of the channels moves by the other (FrEIA's GLOW coupling). */
export function glowBlock({ name, channels, subnet, clamp, order }: GlowBlockRule): Flow {
  const both = { channels, split: Math.floor(channels / 2), subnet, clamp: arctanClamp(clamp) };
  return flowChain([
    permutation(order),
    coupling({ ...both, name: `${name}.subnet2`, moves: 'first' }),
    coupling({ ...both, name: `${name}.subnet1`, moves: 'second' }),
  ]);
}
