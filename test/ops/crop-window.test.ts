import { expect } from 'chai';
import type { InputRule } from '../../src/config/input-rule.js';
import { ShapeError } from '../../src/errors.js';
import { cropWindow } from '../../src/ops/crop-window.js';
import { applyInputRule } from '../../src/ops/input-rule.js';
import { inputSize } from '../../src/ops/input-size.js';
import { seenWindow } from '../../src/ops/seen-window.js';
import { Random } from '../../src/runtime/random.js';
import { tf } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';
import { pilResize } from '../support/pil-resize.js';

/** `int(round((h - c) / 2.0))` of Python 3, as torchvision's `center_crop` has it, for differences 0 to 9. */
const PYTHON = [0, 0, 1, 2, 2, 2, 3, 4, 4, 4];

const paper = (crop: number): InputRule => ({
  resize: { mode: 'short_side', pixels: 32, multiple: 1, rounding: 'down' },
  crop: { height: crop, width: crop },
  interpolation: 'bilinear',
  antialias: true,
  color: 'rgb',
  quantize: false,
});

describe('cropWindow', () => {
  it('lies in the middle as that of torchvision', () => {
    for (const [difference, offset] of PYTHON.entries()) {
      const window = cropWindow({ height: 10 + difference, width: 10 }, { height: 10, width: 10 });
      expect(window, `difference ${difference}`).to.deep.equal({ top: offset, left: 0, height: 10, width: 10 });
    }
  });

  it('refuses a crop that is larger than the picture', () => {
    expect(() => cropWindow({ height: 9, width: 20 }, { height: 10, width: 10 })).to.throw(ShapeError, '9x20');
  });
});

describe('the size after a resize that rounds down', () => {
  it('is that of torchvision: int(size * long / short)', () => {
    const rule = { mode: 'short_side', pixels: 256, multiple: 1, rounding: 'down' } as const;
    for (let long = 300; long < 900; long++) {
      const wanted = Number((256n * BigInt(long)) / 300n);
      expect(inputSize({ height: 300, width: long }, rule)).to.deep.equal({ height: 256, width: wanted });
    }
    const held = { ...rule, max_long_side: 300 };
    expect(inputSize({ height: 100, width: 700 }, held)).to.deep.equal({ height: 42, width: 300 });
  });
});

onEveryBackend('an input rule with a crop', () => {
  it(
    'gives the resize of Pillow, cut as torchvision cuts it, to one grey level',
    leavesNoTensors(async () => {
      const random = new Random(4);
      const [height, width, crop] = [75, 98, 28];
      const data = Uint8Array.from({ length: height * width * 3 }, () => random.below(256));
      const whole = pilResize({ width, height, data }, { width: 41, height: 32 });
      const pixels = tf.tensor4d(Float32Array.from(data), [1, height, width, 3]);
      const seen = applyInputRule(pixels, paper(crop));
      expect(seen.shape).to.deep.equal([1, crop, crop, 3]);
      const got = await seen.data();
      const [top, left] = [PYTHON[32 - crop], 6]; // round(13 / 2) = 6, ties to even
      got.forEach((value, i) => {
        const [y, x, c] = [Math.floor(i / 3 / crop), Math.floor(i / 3) % crop, i % 3];
        const wanted = whole.data[((y + top) * 41 + x + left) * 3 + c];
        if (Math.abs(value - wanted) > 1.01) throw new Error(`(${y}, ${x}, ${c}): ${value}, expected ${wanted}`);
      });
      tf.dispose([pixels, seen]);
    }),
  );
});

describe('seenWindow', () => {
  it('is all of the picture without a crop', () => {
    expect(seenWindow({ height: 3, width: 4 }, { ...paper(8), crop: undefined })).to.equal(null);
  });

  it('holds the pixels whose centre, brought to the input, lies in the crop', () => {
    for (const [height, width] of [
      [64, 64],
      [75, 98],
      [333, 200],
      [20, 30],
      [16, 16],
    ]) {
      const short = Math.min(height, width);
      const resized = { height: Math.floor((32 * height) / short), width: Math.floor((32 * width) / short) };
      const inside = (count: number, from: number, length: number, resizedLength: number) =>
        Array.from({ length: count }, (_, i) => i).filter((i) => {
          const centre = ((i + 0.5) * resizedLength) / count;
          return centre >= from && centre < from + length;
        });
      const crop = 28;
      const rows = inside(
        height,
        PYTHON[resized.height - crop] ?? halfEven(resized.height - crop),
        crop,
        resized.height,
      );
      const columns = inside(width, halfEven(resized.width - crop), crop, resized.width);
      expect(seenWindow({ height, width }, paper(crop)), `${height} x ${width}`).to.deep.equal({
        top: rows[0],
        left: columns[0],
        height: rows.length,
        width: columns.length,
      });
    }
  });

  it('holds one pixel of a picture that is a fraction of its input', () => {
    expect(seenWindow({ height: 1, width: 1 }, paper(8))).to.deep.equal({ top: 0, left: 0, height: 1, width: 1 });
    const window = seenWindow({ height: 2, width: 2 }, paper(8));
    expect(window).to.deep.equal({ top: 1, left: 1, height: 1, width: 1 });
  });
});

function halfEven(n: number): number {
  const half = n / 2;
  if (Number.isInteger(half)) return half;
  return Math.floor(half) % 2 === 0 ? Math.floor(half) : Math.ceil(half);
}
