import { type Size } from '../../config/size.js';
import { ShapeError } from '../../errors.js';
import { tf } from '../../runtime/tf.js';
import { type DefectsRequest, type DefectsResult, findDefects } from '../find-defects.js';

/**
 * Finds the defect regions of a map that lies in memory, for example a saved one; the result is that of `findDefects`.
 *
 * @param values row by row
 * @throws ShapeError when the number of values does not fit the size
 */
export async function findDefectsInArray(
  values: Float32Array,
  { height, width }: Size,
  request: DefectsRequest,
): Promise<DefectsResult> {
  if (values.length !== height * width) {
    throw new ShapeError(
      `findDefectsInArray: expected ${height * width} values for a map of ${height} x ${width}, got ${values.length}`,
    );
  }
  const map = tf.tensor2d(values, [height, width]);
  try {
    return await findDefects(map, request);
  } finally {
    map.dispose();
  }
}
