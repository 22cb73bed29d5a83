import { DataError, type DataIssue } from '../errors.js';

/** A data set that cannot be used, for a reason that programs know too: the codes are those of `imgano preflight`. */
export function datasetError(
  code: string,
  message: string,
  context: DataIssue['context'] = {},
  cause?: unknown,
): DataError {
  return new DataError(message, { issues: [{ code, message, context }], ...(cause === undefined ? {} : { cause }) });
}
