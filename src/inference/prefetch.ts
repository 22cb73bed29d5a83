/**
 * Maps items to promises with at most `ahead` of them running, and gives the results in input order. The input is
 * pulled only as fast as results are taken, so a slow consumer slows the producer.
 *
 * When the consumer stops early, work that was started is awaited and its outcome dropped.
 */
export async function* prefetch<A, B>(
  items: Iterable<A> | AsyncIterable<A>,
  ahead: number,
  work: (item: A) => Promise<B>,
): AsyncGenerator<B> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const running: Promise<{ value: B } | { error: unknown }>[] = [];
  let exhausted = false;
  try {
    for (;;) {
      while (!exhausted && running.length < ahead) {
        const next = await iterator.next();
        if (next.done === true) exhausted = true;
        // A failure is kept as a value until its turn comes, so that it is never an unhandled rejection.
        else
          running.push(
            work(next.value).then(
              (value) => ({ value }),
              (error: unknown) => ({ error }),
            ),
          );
      }
      const first = running.shift();
      if (first === undefined) return;
      const outcome = await first;
      if ('error' in outcome) throw outcome.error;
      yield outcome.value;
    }
  } finally {
    await Promise.all(running);
    if (!exhausted) await iterator.return?.();
  }
}
