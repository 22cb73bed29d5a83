/** Instructions that decide which numbers a processor is fast at. */
export interface CpuFeatures {
  readonly avx2: boolean;
  readonly avx512: boolean;
  readonly avx512_bf16: boolean;
  readonly amx_bf16: boolean;
}

/**
 * Reads the features of an x86 processor.
 *
 * @param cpuinfo the text of `/proc/cpuinfo`, or null where there is none
 * @returns null where the system does not say (another operating system, another processor family)
 */
export function cpuFeatures(cpuinfo: string | null): CpuFeatures | null {
  const flags = /^flags\s*:\s*(.*)$/m.exec(cpuinfo ?? '')?.[1].split(/\s+/);
  if (flags === undefined) return null;
  return {
    avx2: flags.includes('avx2'),
    avx512: flags.includes('avx512f'),
    avx512_bf16: flags.includes('avx512_bf16'),
    amx_bf16: flags.includes('amx_bf16'),
  };
}
