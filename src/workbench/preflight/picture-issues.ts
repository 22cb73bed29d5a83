import { pictureSize } from '../../data/picture-size.js';
import type { PictureSource } from '../../data/picture.js';
import type { Size } from '../../config/size.js';
import { ImganoError, InterruptedError } from '../../errors.js';
import { prefetch } from '../../inference/prefetch.js';
import type { SplitPictures } from '../train/split-pictures.js';
import type { Issues } from './issues.js';

const HEADERS_AHEAD = 8;
/** More unreadable pictures than this are only counted. */
const TOLD = 20;
const CODE = 'PICTURE_UNREADABLE';

/** How large the pictures are that are fitted on. */
export interface PictureSizes {
  readonly smallest: Size;
  readonly largest: Size;
}

/** Looks at the header of every picture: one damaged file should not end a fit of an hour. */
export async function pictureIssues(
  { fit, calibration, test }: SplitPictures,
  /** What is learned from beside good pictures. */
  taught: readonly PictureSource[],
  issues: Issues,
  signal?: AbortSignal,
): Promise<PictureSizes | null> {
  const sizes: Size[] = [];
  let failed = 0;
  const fitted = new Set(fit);
  const needed = [...fit, ...calibration, ...taught];
  for await (const { source, size, error } of prefetch(needed, HEADERS_AHEAD, look)) {
    if (signal?.aborted === true) throw new InterruptedError('the check was stopped before it was done');
    if (size !== null && fitted.has(source)) sizes.push(size);
    if (error !== null && ++failed <= TOLD) issues.error(CODE, error, { path: source.name });
  }
  if (failed > TOLD) issues.warning(CODE, `${failed - TOLD} more pictures cannot be read`, { count: failed - TOLD });
  for await (const { source, error } of prefetch(
    test.map((item) => item.source),
    HEADERS_AHEAD,
    look,
  )) {
    if (error !== null) issues.warning(CODE, `${error.message}; the run will not be evaluated`, { path: source.name });
  }
  if (sizes.length === 0) return null;
  const byArea = sizes.sort((a, b) => a.height * a.width - b.height * b.width);
  return { smallest: byArea[0], largest: byArea[byArea.length - 1] };
}

async function look(
  source: PictureSource,
): Promise<{ source: PictureSource; size: Size | null; error: ImganoError | null }> {
  try {
    return { source, size: await pictureSize(source), error: null };
  } catch (error) {
    if (error instanceof ImganoError) return { source, size: null, error };
    throw error;
  }
}
