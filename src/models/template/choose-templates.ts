import { resample } from '../../ops/resample.js';
import { Random } from '../../runtime/random.js';
import { tf } from '../../runtime/tf.js';
import type { FitContext, FitSource } from '../detector.js';
import { walkPictures, type PictureShape } from '../maps/walk-pictures.js';
import { representatives } from './representatives.js';

/** Side of the thumbnails that are clustered. */
const THUMBNAIL = 64;

/**
 * The training pictures to compare with: the first one, or, for several, those nearest to the centres of as many clusters of
 * thumbnails. Walks the source twice for several, so that only thumbnails are held.
 *
 * @returns at most `count` pictures, in input order, on the host
 */
export async function chooseTemplates(
  source: FitSource,
  context: FitContext,
  shape: PictureShape,
  count: number,
): Promise<Float32Array[]> {
  const chosen = count === 1 ? new Set([0]) : await nearestToCentres(source, context, shape, count);
  const templates: Float32Array[] = [];
  await walkPictures(source, context, 'templates', shape, (values, index) => {
    if (chosen.has(index)) templates.push(values.slice());
  });
  return templates;
}

async function nearestToCentres(
  source: FitSource,
  context: FitContext,
  shape: PictureShape,
  count: number,
): Promise<Set<number>> {
  const thumbnails: Float32Array[] = [];
  await walkPictures(source, context, 'thumbnails', shape, async (values) => {
    thumbnails.push(await thumbnail(values, shape));
  });
  return new Set(representatives(thumbnails, count, new Random(context.seed).fork('templates')));
}

async function thumbnail(values: Float32Array, shape: PictureShape): Promise<Float32Array> {
  const size = { height: THUMBNAIL, width: THUMBNAIL };
  const small = tf.tidy(() => resample(tf.tensor4d(values, [1, ...shape]), size, { interpolation: 'area' }));
  const data = await small.data<'float32'>();
  small.dispose();
  return data;
}
