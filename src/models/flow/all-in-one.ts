import { channelScale } from './channel-scale.js';
import { coupling } from './coupling.js';
import type { Flow } from './flow.js';
import { flowChain } from './flow-chain.js';
import { tanhClamp } from './soft-clamp.js';
import type { MakeSubnet } from './subnet.js';

/** With it, a subnet that says little leaves its block near the identity (FrEIA). */
const DAMPING = 0.1;

export interface AllInOneRule {
  readonly name: string;
  readonly channels: number;
  readonly subnet: MakeSubnet;
  /** Channels of the condition. */
  readonly condition?: number;
  /** The largest logarithm of a scale. */
  readonly clamp: number;
  /** What mixes the channels at the end: a permutation or a rotation. */
  readonly mix: Flow;
}

/** The step of FastFlow and CFLOW (FrEIA's AllInOneBlock): one half moves by the other, all channels are scaled, then mixed. */
export function allInOne({ name, channels, subnet, condition, clamp, mix }: AllInOneRule): Flow {
  const split = Math.ceil(channels / 2);
  return flowChain([
    coupling({
      ...{ name: `${name}.subnet`, channels, split, moves: 'second', subnet, condition },
      ...{ damping: DAMPING, clamp: tanhClamp(clamp) },
    }),
    channelScale(name, channels),
    mix,
  ]);
}
