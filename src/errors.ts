/**
 * The errors that a user can cause. Every message is one sentence: what was expected, where, what came, what to do.
 * Anything that is not an `ImganoError` is a defect of the package and is shown with its stack.
 */
export class ImganoError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A configuration document, a flag or a parameter is wrong. */
export class ConfigError extends ImganoError {
  /** @param problems every finding, one sentence each, when a document has several */
  constructor(
    message: string,
    readonly problems: readonly string[] = [message],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** One thing that is wrong with a data set, with a code that programs know. */
export interface DataIssue {
  readonly code: string;
  /** One sentence. */
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/** A picture, a mask, a map or a folder cannot be read, or cannot be written. */
export class DataError extends ImganoError {
  /** What is wrong with a data set, one by one; empty where the message says it all. */
  readonly issues: readonly DataIssue[];

  constructor(message: string, { issues = [], ...options }: ErrorOptions & { issues?: readonly DataIssue[] } = {}) {
    super(message, options);
    this.issues = issues;
  }
}

/** External weights are missing, altered, or not of the expected shape. */
export class WeightsError extends ImganoError {
  /** The checkpoint is not on this machine, as opposed to being altered, incomplete or of another shape. */
  readonly missing: boolean;

  constructor(message: string, { missing = false, ...options }: ErrorOptions & { missing?: boolean } = {}) {
    super(message, options);
    this.missing = missing;
  }
}

/** A tensor or a size does not fit the operation. */
export class ShapeError extends ImganoError {}

/** A detector was asked to score before it was fitted or loaded. */
export class NotFittedError extends ImganoError {}

/** The backend lacks a kernel, a gradient or a device that the request needs. */
export class UnsupportedBackendError extends ImganoError {}

/** The user stopped the run (SIGINT, SIGTERM, an aborted signal). */
export class InterruptedError extends ImganoError {
  constructor(
    message: string,
    readonly signal: 'SIGINT' | 'SIGTERM' | 'abort' = 'abort',
  ) {
    super(message);
  }
}
