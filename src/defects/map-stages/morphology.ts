import { dilate, erode } from '../../ops/morphology.js';
import { ellipseElement, rectangleElement, reflected, type StructuringElement } from '../../ops/structuring-element.js';
import { type MaskStage, type Semantics } from '../stage.js';

/** Removes what is smaller than a square: erosion, then dilation. */
export const open: MaskStage = {
  name: 'open',
  on: 'mask',
  active: ({ config }) => config.open_ksize > 1,
  apply: (device, { config, semantics }) => {
    const element = rectangleElement(config.open_ksize);
    device.changeMask({
      reach: 2 * config.open_ksize,
      change: (mask) => dilate(erode(mask, element), back(element, semantics)),
    });
  },
};

/** Bridges gaps smaller than a square: dilation, then erosion. */
export const close: MaskStage = {
  name: 'close',
  on: 'mask',
  active: ({ config }) => config.close_ksize > 1,
  apply: (device, { config, semantics }) => {
    const element = rectangleElement(config.close_ksize);
    device.changeMask({
      reach: 2 * config.close_ksize,
      change: (mask) => erode(dilate(mask, element), back(element, semantics)),
    });
  },
};

/** Grows the mask by OpenCV's ellipse. */
export const grow: MaskStage = {
  name: 'dilate',
  on: 'mask',
  active: ({ config }) => config.mask_dilate_ksize > 1,
  apply: (device, { config: { mask_dilate_ksize: ksize } }) =>
    device.changeMask({ reach: ksize, change: (mask) => dilate(mask, ellipseElement(ksize)) }),
};

/** Semantics 1 uses the same anchor twice, so that an even size moves the mask by one pixel; semantics 2 moves it back. */
function back(element: StructuringElement, semantics: Semantics): StructuringElement {
  return semantics === 1 ? element : reflected(element);
}
