import { stat } from 'node:fs/promises';
import { basename, parse } from 'node:path';
import { DataError } from '../errors.js';
import { listPictures } from './list-pictures.js';
import type { Picture } from './picture.js';
import { pictureSource } from './picture-source.js';

/** Golden samples: what every picture should look like. */
export interface References {
  /** @throws DataError when the picture has no reference, or one of another size */
  of(picture: Picture): Promise<Picture>;
}

/**
 * The references of a folder (and of those below it), each for the pictures of the same file name, whatever its suffix where that
 * leaves one; or one picture file, the reference of every picture.
 *
 * @throws DataError when the path does not exist, or holds no picture or two of the same name
 */
export async function openReferences(path: string): Promise<References> {
  const found = await stat(path).catch((cause: Error) => {
    throw new DataError(`${path}: the references cannot be opened (${cause.message}); give a folder or a picture`, {
      cause,
    });
  });
  return found.isDirectory() ? new ReferenceFolder(path, await listPictures(path)) : new OneReference(path);
}

class OneReference implements References {
  private decoded: Promise<Picture> | null = null;

  constructor(private readonly path: string) {}

  async of(picture: Picture): Promise<Picture> {
    this.decoded ??= pictureSource(this.path).decode();
    return fitting(await this.decoded, picture);
  }
}

class ReferenceFolder implements References {
  private readonly byName = new Map<string, string>();
  private readonly byStem = new Map<string, string[]>();

  constructor(
    private readonly dir: string,
    paths: readonly string[],
  ) {
    if (paths.length === 0) throw new DataError(`${dir}: the folder holds no reference picture; check the path`);
    for (const path of paths) {
      const { base, name } = parse(path);
      const earlier = this.byName.get(base);
      if (earlier !== undefined) {
        throw new DataError(`${earlier} and ${path} are references of the same name; keep one`);
      }
      this.byName.set(base, path);
      this.byStem.set(name, [...(this.byStem.get(name) ?? []), path]);
    }
  }

  async of(picture: Picture): Promise<Picture> {
    return fitting(await pictureSource(this.pathFor(picture.source)).decode(), picture);
  }

  private pathFor(source: string): string {
    const path = this.byName.get(basename(source));
    if (path !== undefined) return path;
    const alike = this.byStem.get(parse(source).name) ?? [];
    if (alike.length === 1) return alike[0];
    const trouble = alike.length === 0 ? 'holds no reference of this name' : `holds several: ${alike.join(', ')}`;
    throw new DataError(`${source}: ${this.dir} ${trouble}; add ${basename(source)} there`);
  }
}

function fitting(reference: Picture, picture: Picture): Picture {
  if (reference.height === picture.height && reference.width === picture.width) return reference;
  throw new DataError(
    `${picture.source}: the picture has ${picture.width} x ${picture.height} pixels, its reference ${reference.source} ` +
      `${reference.width} x ${reference.height}; take both with the same camera settings`,
  );
}
