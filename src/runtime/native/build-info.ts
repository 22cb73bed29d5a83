/** What a TensorFlow library was compiled for; both null where it was built without CUDA. */
export interface BuildInfo {
  readonly cuda: boolean;
  readonly cuda_version: string | null;
  readonly cudnn_version: string | null;
  /** What it holds code for, such as `sm_80` or `compute_90`; null where it does not say. */
  readonly compute_capabilities: readonly string[] | null;
}

/** Where a Python TensorFlow says how it was built, relative to its folder. */
export const BUILD_INFO_FILE = 'python/platform/build_info.py';

/**
 * Reads `build_info.py` of a Python TensorFlow, which is a list of pairs or a dictionary.
 *
 * @returns null if the text does not say whether CUDA is in
 */
export function parseBuildInfo(text: string): BuildInfo | null {
  const value = (key: string, pattern: string) =>
    new RegExp(`['"]${key}['"]\\s*[:,]\\s*${pattern}`).exec(text)?.[1] ?? null;
  const cuda = value('is_cuda_build', '(True|False)');
  if (cuda === null) return null;
  const capabilities = value('cuda_compute_capabilities', String.raw`(\[[^\]]*\])`);
  const version = `['"]([^'"]+)['"]`;
  return {
    cuda: cuda === 'True',
    cuda_version: value('cuda_version', version),
    cudnn_version: value('cudnn_version', version),
    compute_capabilities: capabilities?.match(/(?:sm|compute)_\d+[af]?/g) ?? null,
  };
}
