import type { MessagePort, Transferable, Worker } from 'node:worker_threads';
import * as errors from '../errors.js';

/** A call that one side makes of the other. Values are whatever structured clone carries. */
type Message =
  | { kind: 'call'; id: number; method: string; args: unknown[] }
  | { kind: 'result'; id: number; value: unknown }
  | { kind: 'failure'; id: number; error: SentError };

interface SentError {
  name: string;
  message: string;
  stack?: string;
}

export type Handlers = Record<string, (...args: never[]) => unknown>;

/** Calls in both directions over a message port; failures arrive as the package's own error classes. */
export class Rpc {
  private readonly waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private lastId = 0;
  /** Why no call can succeed any more. */
  private gone: Error | null = null;

  constructor(
    private readonly port: MessagePort | Worker,
    private readonly handlers: Handlers,
    private readonly transfers: (value: unknown) => Transferable[] = () => [],
  ) {
    port.on('message', (message: Message) => void this.receive(message));
  }

  call<T>(method: string, ...args: unknown[]): Promise<T> {
    if (this.gone !== null) return Promise.reject(this.gone);
    const id = ++this.lastId;
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.port.postMessage({ kind: 'call', id, method, args });
    });
  }

  /** Fails every call that is still waiting and every later one, because the other side is gone. */
  abandon(error: Error): void {
    this.gone ??= error;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  private async receive(message: Message): Promise<void> {
    if (message.kind === 'call') {
      try {
        const value = await this.handlers[message.method](...(message.args as never[]));
        this.port.postMessage({ kind: 'result', id: message.id, value }, this.transfers(value));
      } catch (error) {
        this.port.postMessage({ kind: 'failure', id: message.id, error: pack(error) });
      }
      return;
    }
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.kind === 'result') waiting?.resolve(message.value);
    else waiting?.reject(unpack(message.error));
  }
}

function pack(thrown: unknown): SentError {
  const error =
    thrown instanceof Error ? thrown : new Error(`something that is no error was thrown: ${String(thrown)}`);
  return { name: error.name, message: error.message, stack: error.stack };
}

function unpack(sent: SentError): Error {
  const known = (errors as unknown as Record<string, new (message: string) => Error>)[sent.name];
  const error = known === undefined ? new Error(sent.message) : new known(sent.message);
  error.stack = sent.stack;
  return error;
}
