import type { Size } from '../../config/size.js';
import { ConfigError, ShapeError } from '../../errors.js';
import { ColourScale } from './overlay/colour-scale.js';
import { fitSize, peaks, shrinkPicture } from './overlay/fit-size.js';
import { drawLabels } from './overlay/labels.js';
import { drawLegend, legendHeight } from './overlay/legend.js';
import { drawOutline } from './overlay/outline.js';
import type { Colour, Raster } from './overlay/raster.js';

/** Cyan: far from the warm colours of the scale, and not a colour of metal, paper or board. */
const LINE: Colour = [64, 236, 255];

export interface OverlayRequest {
  /** 8 or 16 bits a channel; borrowed */
  readonly picture: Size & { readonly rgb: Uint8Array | Uint16Array };
  /** Anomaly map of the picture's or another size; borrowed */
  readonly map: Size & { readonly data: Float32Array };
  /** The reported regions, not 0 = inside; they are outlined. Of the map's or another size. */
  readonly mask?: (Size & { readonly data: Uint8Array }) | null;
  /** Their ids are written beside them, most important first; boxes in pixels of the map, ends included. */
  readonly regions?: readonly { readonly id: number | string; readonly bbox_xyxy: readonly number[] }[] | null;
  /** The pixel threshold, which anchors the colours. */
  readonly threshold: number;
  /** The longer side of the picture is shrunk to this; default: the picture's own size. */
  readonly maxSize?: number;
}

/** Pixels as `encodePng` takes them. */
export interface OverlayImage extends Raster {
  readonly channels: 3;
}

/**
 * Draws what was found over the picture: a heat map whose colours mean the same on every picture (see `ColourScale`),
 * outlines of the regions, their ids, and below the picture a strip with the colour scale. The picture part has the
 * picture's own resolution, so that it can be laid over the original; only the strip adds to the height.
 *
 * @throws ShapeError when data do not fit their sizes
 * @throws ConfigError when the threshold is not finite or `maxSize` is not a whole number of 1 or more
 */
export function renderOverlay(request: OverlayRequest): OverlayImage {
  check(request);
  const { picture, map, mask, regions, threshold, maxSize } = request;
  const size = fitSize(picture, maxSize);
  // Text and lines grow with the picture: one dot of text a pixel up to about 500 pixels.
  const scale = Math.max(1, Math.round(Math.min(size.height, size.width) / 400));
  const colours = new ColourScale(threshold);

  const height = size.height + legendHeight(scale);
  const image: OverlayImage = { height, width: size.width, channels: 3, data: new Uint8Array(height * size.width * 3) };
  image.data.set(shrinkPicture(picture.rgb, picture, size));
  const drawn: Raster = { ...size, data: image.data.subarray(0, size.height * size.width * 3) };

  const values = peaks(map.data, map, size);
  for (let i = 0; i < values.length; i++) colours.blend(drawn.data, 3 * i, values[i]);
  if (mask != null) drawOutline(drawn, peaks(mask.data, mask, size), Math.max(1, Math.round(scale * 0.75)), LINE);
  drawLabels(
    drawn,
    (regions ?? []).map(({ id, bbox_xyxy }) => ({ text: String(id), box: scaled(bbox_xyxy, map, size) })),
    scale,
    LINE,
  );
  drawLegend(image, colours, scale);
  return image;
}

/** A box with both ends included, in pixels of the map -> position and extent in pixels of the drawing. */
function scaled([x1, y1, x2, y2]: readonly number[], from: Size, to: Size) {
  const x = Math.floor((x1 * to.width) / from.width);
  const y = Math.floor((y1 * to.height) / from.height);
  const right = Math.ceil(((x2 + 1) * to.width) / from.width);
  const bottom = Math.ceil(((y2 + 1) * to.height) / from.height);
  return { x, y, width: right - x, height: bottom - y };
}

function check({ picture, map, mask, threshold, maxSize }: OverlayRequest): void {
  const fits = (length: number, { height, width }: Size, channels: number) => length === height * width * channels;
  if (!fits(picture.rgb.length, picture, 3)) throw new ShapeError('overlay: the picture does not fit its size');
  if (!fits(map.data.length, map, 1)) throw new ShapeError('overlay: the map does not fit its size');
  if (mask != null && !fits(mask.data.length, mask, 1)) throw new ShapeError('overlay: the mask does not fit its size');
  if (!Number.isFinite(threshold)) throw new ConfigError(`overlay: expected a finite threshold, got ${threshold}`);
  if (maxSize !== undefined && !(Number.isInteger(maxSize) && maxSize >= 1)) {
    throw new ConfigError(`overlay: expected a maximum size of 1 or more whole pixels, got ${maxSize}`);
  }
}
