import { basename, dirname, extname, join } from 'node:path';
import { DataError } from '../../../errors.js';
import { decodeAlpha } from '../../decode-alpha.js';
import { decodeMask, type BinaryMask } from '../../decode-mask.js';
import { decodePicture } from '../../decode.js';
import { listPictures } from '../../list-pictures.js';

/** A cut-out of a real defect, with what is around it. */
export interface BankedDefect {
  readonly source: string;
  readonly height: number;
  readonly width: number;
  /** R G B from 0 to 1. */
  readonly rgb: Float32Array;
  /** 1 = defect */
  readonly mask: Uint8Array;
}

/** What is kept around a defect, as a share of its longer side; what a seamless blend needs. */
const MARGIN = 0.15;

/**
 * Reads a folder of pictures of defects. The mask of a picture is `NAME_mask.*` beside it, or `NAME.*` or `NAME_mask.*` in the folder `masks`
 * beside it, or its alpha; without any, all of it is the defect. Masks are not defects themselves.
 *
 * @throws DataError when there is no defect, or a mask that does not fit or is empty
 */
export async function readDefectBank(folder: string): Promise<BankedDefect[]> {
  const files = await listPictures(folder);
  const stems = new Map(files.map((path) => [stemOf(path), path]));
  const isMask = (path: string) =>
    basename(dirname(path)) === 'masks' || (stemOf(path).endsWith('_mask') && stems.has(stemOf(path).slice(0, -5)));
  const pictures = files.filter((path) => !isMask(path));
  if (pictures.length === 0) throw new DataError(`${folder}: the defect bank holds no picture that is not a mask`);
  const bank: BankedDefect[] = [];
  for (const path of pictures) bank.push(await cutOut(path, maskOf(path, stems)));
  return bank;
}

const stemOf = (path: string) => path.slice(0, path.length - extname(path).length);

function maskOf(path: string, stems: ReadonlyMap<string, string>): string | undefined {
  const stem = stemOf(path);
  const below = join(dirname(path), 'masks', basename(stem));
  return stems.get(`${stem}_mask`) ?? stems.get(below) ?? stems.get(`${below}_mask`);
}

async function cutOut(path: string, maskPath: string | undefined): Promise<BankedDefect> {
  const picture = await decodePicture(path);
  const { height, width } = picture;
  const mask: BinaryMask | null =
    maskPath === undefined ? await decodeAlpha(path) : await decodeMask(maskPath, { size: { height, width } });
  const box = boxOf(mask ?? { height, width, data: new Uint8Array(height * width).fill(1) });
  if (box === null) throw new DataError(`${maskPath ?? path}: marks no pixel as the defect; remove it from the bank`);
  const most = picture.rgb instanceof Uint16Array ? 65_535 : 255;
  const size = { height: box.bottom - box.top, width: box.right - box.left };
  const rgb = new Float32Array(size.height * size.width * 3);
  const inside = new Uint8Array(size.height * size.width);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const [to, from] = [y * size.width + x, (box.top + y) * width + box.left + x];
      inside[to] = mask === null ? 1 : mask.data[from];
      for (let c = 0; c < 3; c++) rgb[3 * to + c] = picture.rgb[3 * from + c] / most;
    }
  }
  return { source: path, ...size, rgb, mask: inside };
}

/** The box around the foreground with its margin, ends excluded. */
function boxOf({ height, width, data }: BinaryMask) {
  let [top, left, bottom, right] = [height, width, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] !== 1) continue;
      [top, bottom] = [Math.min(top, y), y + 1];
      [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    }
  }
  if (bottom === 0) return null;
  const margin = Math.ceil(MARGIN * Math.max(bottom - top, right - left));
  return {
    top: Math.max(0, top - margin),
    left: Math.max(0, left - margin),
    bottom: Math.min(height, bottom + margin),
    right: Math.min(width, right + margin),
  };
}
