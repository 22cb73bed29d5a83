import type { InputRule } from '../config/input-rule.js';
import type { TileRule } from '../config/tile-rule.js';
import { decodeMask } from '../data/decode-mask.js';
import type { Picture, PictureSource } from '../data/picture.js';
import { DataError } from '../errors.js';
import type { DefectBatch, DefectSource } from '../models/detector.js';
import { tf, type Tensor4D } from '../runtime/tf.js';
import { PictureFitSource } from './fit-source.js';
import { FitTiles } from './tiles/fit-tiles.js';

/** A defective picture; without a mask it is not known where the defect is. */
export interface LabelledDefect {
  readonly source: PictureSource;
  readonly maskPath: string | null;
}

/** Decoded pictures of defects with their masks, prepared alike, as the batches that a detector learns from. */
export class DefectFitSource implements DefectSource {
  private constructor(private readonly pictures: PictureFitSource) {}

  /** @param tiles by which pictures and masks are cut; null = whole */
  static async of(
    defects: readonly LabelledDefect[],
    rule: InputRule,
    { batchSize, tiles, signal }: { batchSize: number; tiles: TileRule | null; signal?: AbortSignal },
  ): Promise<DefectFitSource> {
    const sources = defects.map(({ source }) => source);
    const maskOf = new Map(defects.map(({ source, maskPath }) => [source.name, maskPath]));
    // A mask goes the way of a reference, which is cut and resized as its picture.
    const masks = { of: (picture: Picture) => maskPicture(picture, maskOf.get(picture.source) ?? null) };
    const parts = await FitTiles.of(sources, tiles);
    return new DefectFitSource(new PictureFitSource(sources, rule, batchSize, signal, masks, parts));
  }

  get count(): number {
    return this.pictures.count;
  }

  /** sha256 of the decoded pixels of each picture that was shown, in sorted order. */
  get pixelHashes(): readonly string[] {
    return this.pictures.pixelHashes;
  }

  async *batches(): AsyncIterable<DefectBatch> {
    for await (const { references, ...batch } of this.pictures.batches()) {
      const masks = sharesOf(references!);
      references!.dispose();
      yield { ...batch, masks };
    }
  }
}

/** Red holds the mask, green whether there is one. */
async function maskPicture(picture: Picture, path: string | null): Promise<Picture> {
  const { height, width } = picture;
  const rgb = new Uint8Array(3 * height * width);
  if (path === null) return { height, width, rgb, source: picture.source };
  const { data } = await decodeMask(path, { size: { height, width } });
  if (!data.includes(1)) {
    throw new DataError(
      `${path}: the mask of a defective picture marks nothing; mark the defect, or remove the mask if its place is not known`,
    );
  }
  for (let i = 0, p = 0; i < data.length; i++, p += 3) {
    rgb[p] = 255 * data[i];
    rgb[p + 1] = 255;
  }
  return { height, width, rgb, source: picture.source };
}

function sharesOf(masks: Tensor4D): Tensor4D {
  return tf.tidy(() => {
    const [red, green] = tf.split(masks, 3, 3);
    return tf.where(green.greater(127), tf.clipByValue(red.div(255), 0, 1), -1) as Tensor4D;
  });
}
