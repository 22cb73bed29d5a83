import type { Writable } from 'node:stream';
import { DataError } from '../../errors.js';
import { canonicalJson } from '../records/canonical-json.js';
import type { RecordSink } from './record-sink.js';

/** Records to a stream, usually the standard output. A reader that is slow slows the run, which keeps its memory flat. */
export class JsonlStream implements RecordSink {
  constructor(private readonly stream: Writable) {}

  /** @throws DataError when the reader has gone */
  write(record: object): void | Promise<void> {
    const { stream } = this;
    if (stream.write(`${canonicalJson(record)}\n`) || !stream.writableNeedDrain) return;
    return new Promise((drained, failed) => {
      const settle = (end: () => void) => () => {
        stream.off('drain', onDrain).off('close', onEnd).off('error', onEnd);
        end();
      };
      const onDrain = settle(drained);
      const onEnd = settle(() => failed(new DataError('the reader of the records has gone; run again')));
      stream.on('drain', onDrain).on('close', onEnd).on('error', onEnd);
    });
  }

  close(): void {}
}
