import { ConfigError, DataError, ImganoError, InterruptedError } from '../../errors.js';

/** One thing that `imgano preflight` found. Training refuses errors, before it fits anything. */
export interface PreflightIssue {
  /** See `docs/workbench.md`. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** One sentence. */
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Collects what is wrong, so that all of it is told at once. */
export class Issues {
  readonly list: PreflightIssue[] = [];
  private readonly causes: ImganoError[] = [];

  get hasErrors(): boolean {
    return this.causes.length > 0;
  }

  /**
   * Does a piece of work that the user can have made impossible; goes on without it then.
   *
   * @param code for an error that brings no code of its own
   * @returns undefined when it failed
   */
  async attempt<T>(code: string, work: () => T | Promise<T>, context: object = {}): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ImganoError) || error instanceof InterruptedError) throw error;
      this.error(code, error, context);
      return undefined;
    }
  }

  error(code: string, cause: ImganoError, context: object = {}): void {
    this.causes.push(cause);
    const known = cause instanceof DataError ? cause.issues : [];
    const found = known.length > 0 ? known : [{ code, message: cause.message, context: { ...context } }];
    for (const issue of found) this.list.push({ ...issue, severity: 'error' });
  }

  warning(code: string, message: string, context: object = {}): void {
    this.list.push({ code, severity: 'warning', message, context: { ...context } });
  }

  /** @throws the error itself where there is one; one that tells all of them where there are several */
  settle(): void {
    const [first, ...others] = this.causes;
    if (first === undefined) return;
    if (others.length === 0) throw first;
    const message = this.causes.map((cause) => cause.message).join('\n');
    throw this.causes.every((cause) => cause instanceof DataError)
      ? new DataError(message, { issues: this.causes.flatMap((cause) => (cause as DataError).issues) })
      : new ConfigError(message, message.split('\n'));
  }
}
