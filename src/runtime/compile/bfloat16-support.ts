import { readFileSync } from 'node:fs';
import { tf } from '../tf.js';
import { currentNative } from './native.js';

/** How Linux names the instructions: AVX512_BF16 and AMX on x86, the bfloat16 extension on ARM. */
const INSTRUCTIONS = /\b(avx512_bf16|amx_bf16|bf16)\b/;

/**
 * Why graphs cannot run in bfloat16 on the current backend, as a sentence without its end; null where they can. Without instructions
 * for it, bfloat16 is computed by converting back and forth, slower than float32.
 */
export function whyNotBfloat16(): string | null {
  const native = currentNative();
  if (native === null) return `backend "${tf.getBackend()}" has no graphs that could run in bfloat16`;
  if (native.binding.isUsingGpuDevice() || INSTRUCTIONS.test(processorFlags())) return null;
  return 'this processor has no bfloat16 instructions (AVX512_BF16 or AMX), as far as the system tells';
}

let flags: string | null = null;

/** What the system lists of the first processor; nothing where it lists nothing. */
function processorFlags(): string {
  if (flags !== null) return flags;
  try {
    flags = /^(flags|features)\s*:.*$/im.exec(readFileSync('/proc/cpuinfo', 'latin1'))?.[0] ?? '';
  } catch {
    flags = '';
  }
  return flags;
}
