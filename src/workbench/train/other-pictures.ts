import { resolve } from 'node:path';
import { listPictures } from '../../data/list-pictures.js';
import type { PictureSource } from '../../data/picture.js';
import { pictureSource } from '../../data/picture-source.js';
import { ConfigError, DataError } from '../../errors.js';
import { MODELS } from '../../models/registry.js';
import type { ModelSpec } from '../../models/spec.js';
import { refuseTestSplit } from '../refuse-test-split.js';

/**
 * Pictures of other things than the parts, which a model is to learn from as well: all of those below `dataset.others_dir`.
 *
 * @param good what is fitted and calibrated on, which must not be among them
 * @returns none where no folder is given
 * @throws ConfigError for a model that has no use for them; DataError when the folder holds no picture, good pictures, or belongs to a test split
 */
export async function otherPictures(
  spec: ModelSpec,
  othersDir: string | null,
  good: readonly PictureSource[],
): Promise<readonly PictureSource[]> {
  if (othersDir === null) return [];
  if (spec.needs.others === undefined) {
    const learners = MODELS.filter(({ needs }) => needs.others !== undefined).map(({ name }) => name);
    throw new ConfigError(
      `dataset.others_dir: ${spec.name} has no use for pictures of other things; leave it out, or choose ${learners.join(' or ')}`,
    );
  }
  refuseTestSplit(othersDir, 'give a folder of pictures of other things');
  const paths = await listPictures(othersDir);
  if (paths.length === 0)
    throw new DataError(`${othersDir}: holds no picture; give a folder of pictures of other things`);
  const goods = new Set(good.map(({ name }) => resolve(name)));
  const both = paths.find((path) => goods.has(resolve(path)));
  if (both !== undefined) {
    throw new DataError(`${both}: is a good picture of this run, so it is none of other things; give another folder`);
  }
  return paths.map((path) => pictureSource(path));
}
