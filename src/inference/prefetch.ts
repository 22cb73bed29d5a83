import { setImmediate } from 'node:timers/promises';

type Outcome<B> = { value: B } | { error: unknown };

/**
 * Maps items to promises with at most `ahead` of them (it may change) running, and gives the results in input order. A finished result never
 * waits for an input that has not come yet, and the input is pulled only as fast as results are taken, so a slow consumer
 * slows the producer. A failure, also of the input itself, is raised after the results before it.
 *
 * When the consumer stops early, work that was started is awaited and its outcome dropped.
 */
export async function* prefetch<A, B>(
  items: Iterable<A> | AsyncIterable<A>,
  ahead: number | (() => number),
  work: (item: A) => Promise<B>,
): AsyncGenerator<B> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const running: Promise<Outcome<B>>[] = [];
  let pull: Promise<Outcome<IteratorResult<A>>> | null = null;
  let exhausted = false;
  try {
    for (;;) {
      if (!exhausted && running.length < (typeof ahead === 'number' ? ahead : ahead()))
        pull ??= settled(async () => iterator.next());
      const [oldest] = running;
      if (oldest === undefined && pull === null) return;
      const first = await Promise.race([pull?.then(() => 'input'), oldest?.then(() => 'result')].filter(Boolean));
      if (first === 'input') {
        const next = await (pull as NonNullable<typeof pull>);
        pull = null;
        exhausted = 'error' in next || next.value.done === true;
        if ('error' in next) running.push(Promise.resolve(next));
        else if (next.value.done !== true) {
          const { value } = next.value;
          running.push(settled(() => work(value)));
        }
        continue;
      }
      const outcome = (await running.shift()) as Outcome<B>;
      if ('error' in outcome) throw outcome.error;
      yield outcome.value;
    }
  } finally {
    await Promise.all(running);
    // A producer that is still waiting for its next item would hold up the consumer: it is told, and given one turn.
    const closing = exhausted ? undefined : settled(async () => iterator.return?.());
    await Promise.race([closing, ...(pull === null ? [] : [setImmediate()])]);
  }
}

/** The outcome as a value, so that a failure is never an unhandled rejection while it waits for its turn. */
function settled<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  return Promise.resolve()
    .then(work)
    .then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
}
