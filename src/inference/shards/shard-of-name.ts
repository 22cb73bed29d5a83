import { createHash } from 'node:crypto';

/**
 * Which part of `count` a picture is in, from 0: its name alone decides, so that pictures which are added or removed move no
 * other one. The name is relative to the input that named it, and the same on every machine.
 */
export function shardOfName(name: string, count: number): number {
  return createHash('sha256').update(name).digest().readUIntBE(0, 6) % count;
}
