/** Which of a machine's adapters the backend `webgpu` takes. */
export interface AdapterChoice {
  readonly power: 'high-performance' | 'low-power';
  /** A part of its name; null = the first one of that power. */
  readonly name: string | null;
  /** One that computes on the processor will do, which is for tests: it is slower than every other backend. */
  readonly software: boolean;
}

/**
 * Reads what stands behind `webgpu:`, or in `IMGANO_WEBGPU_ADAPTER`: `high-performance` (which nothing means too), `low-power`,
 * `software`, or a part of an adapter's name.
 */
export function adapterChoice(text: string = process.env.IMGANO_WEBGPU_ADAPTER ?? ''): AdapterChoice {
  const word = text.trim().toLowerCase();
  const power = word === 'low-power' ? word : 'high-performance';
  const isWord = ['', 'high-performance', 'low-power', 'software'].includes(word);
  return { power, name: isWord ? null : text.trim(), software: word === 'software' || !isWord };
}
