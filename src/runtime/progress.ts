/** What long work tells about itself. The command line draws it; in-process users may pass their own. */
export interface Progress {
  /** A step of known or unknown length begins. */
  start(step: string, total?: number): void;
  /** So much of the current step is done. @param note what is worth knowing of it just now, in a few words */
  update(done: number, note?: string): void;
  /** The current step ended. */
  stop(): void;
  /** One line that the user should see. */
  info(line: string): void;
  /** One line that the user must not miss. */
  warn(line: string): void;
}

/** Says nothing. */
export const silent: Progress = { start() {}, update() {}, stop() {}, info() {}, warn() {} };
