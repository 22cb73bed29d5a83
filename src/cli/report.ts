import { canonicalJson } from '../inference/records/canonical-json.js';
import { errorLine, exitCodeOf } from './error-line.js';
import { renderTable, type TableContent } from './table.js';

/** Where text goes; a process stream, or a list in a test. */
export interface TextStream {
  write(text: string): unknown;
}

/**
 * Writes the result of a command: one JSON document, or one or more tables for people, separated by an empty line.
 * Nothing else goes to the standard output, so that it can be piped.
 *
 * @param stdout the standard output
 * @param json whether the user asked for JSON
 * @param document plain JSON data
 * @param tables made only when they are shown
 * @throws ShapeError when the document holds NaN or an infinity, which JSON would silently turn into null
 */
export function printReport(
  stdout: TextStream,
  json: boolean,
  document: object,
  tables: () => TableContent | readonly TableContent[],
): void {
  if (json) {
    stdout.write(`${canonicalJson(document, 2)}\n`);
    return;
  }
  const shown = tables();
  const list = Array.isArray(shown) ? (shown as readonly TableContent[]) : [shown as TableContent];
  stdout.write(`${list.map(renderTable).join('\n\n')}\n`);
}

/** Tells an error on the standard error and gives the exit code that the process should end with. */
export function reportError(error: unknown, stderr: TextStream): number {
  stderr.write(`${errorLine(error)}\n`);
  return exitCodeOf(error);
}
