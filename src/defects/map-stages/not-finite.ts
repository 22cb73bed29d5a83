import { DataError } from '../../errors.js';

/** What is wrong with a map that has a value that is not finite in `row`. */
export function notFinite(row: number): DataError {
  return new DataError(
    `findDefects: expected finite values in the anomaly map, got another in row ${row}; the detector that made the map is at fault`,
  );
}
