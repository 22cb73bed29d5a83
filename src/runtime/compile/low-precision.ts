let open = 0;

/**
 * Marks what `body` computes as fit for reduced precision, where whoever compiles the function asks for that: the layers of a trained
 * network are, distances of near-equal features are not. It changes nothing by itself.
 *
 * @param body plain tfjs, at once (no promise)
 */
export function lowPrecision<T>(body: () => T): T {
  open += 1;
  try {
    return body();
  } finally {
    open -= 1;
  }
}

/** Whether what is computed now was marked. */
export function isLowPrecision(): boolean {
  return open > 0;
}
