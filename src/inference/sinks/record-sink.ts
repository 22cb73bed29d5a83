/** Takes records one by one, in order. A sink whose reader is slow gives a promise, which is to be awaited. */
export interface RecordSink {
  /** @throws ShapeError, before anything is written, for a record with numbers that are not finite */
  write(record: object): void | Promise<void>;
  /** @throws DataError when what was written does not reach its place */
  close(): void;
}
