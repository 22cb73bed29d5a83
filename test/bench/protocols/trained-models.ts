/** How a model is trained for its row of `npm run bench -- trained-models`. */
export interface Protocol {
  /** Its parameters on the demo's pictures. */
  readonly kwargs: Record<string, unknown>;
  /** Its parameters on the magnetic tiles, laid over `kwargs`; absent = the same. */
  readonly tiles?: Record<string, unknown>;
}

/** One line a model, in the order of their names. */
export const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  vision_cfa: { kwargs: { resize: { mode: 'stretch', size: { height: 192, width: 192 } } } },
};
