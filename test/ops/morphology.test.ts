import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
import { dilate, erode } from '../../src/ops/morphology.js';
import {
  ellipseElement,
  rectangleElement,
  reflected,
  type StructuringElement,
} from '../../src/ops/structuring-element.js';
import { Random } from '../../src/runtime/random.js';
import { tf } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

/** The definition, pixel by pixel; what is outside never counts. */
function reference(map: number[], h: number, w: number, by: StructuringElement, pick: (values: number[]) => number) {
  return map.map((_, p) => {
    const values: number[] = [];
    by.spans.forEach(([from, to], row) => {
      const y = Math.floor(p / w) + row - by.anchor;
      for (let x = (p % w) + from - by.anchor; x < (p % w) + to - by.anchor; x++) {
        if (y >= 0 && y < h && x >= 0 && x < w) values.push(map[y * w + x]);
      }
    });
    return values.length === 0 ? NaN : pick(values);
  });
}

/** `cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (k, k))`, drawn. */
const ELLIPSES: Record<number, string[]> = {
  2: ['.#', '##'],
  3: ['.#.', '###', '.#.'],
  4: ['..#.', '####', '####', '####'],
  5: ['..#..', '#####', '#####', '#####', '..#..'],
  7: ['...#...', '.#####.', '#######', '#######', '#######', '.#####.', '...#...'],
};

describe('ellipseElement', () => {
  for (const [ksize, drawn] of Object.entries(ELLIPSES)) {
    it(`is OpenCV's for ${ksize}`, () => {
      const rows = ellipseElement(Number(ksize)).spans.map(([a, b]) => '.'.repeat(a) + '#'.repeat(b - a));
      expect(rows.map((row) => row.padEnd(Number(ksize), '.'))).to.deep.equal(drawn);
    });
  }

  it('refuses what is no size', () => {
    for (const ksize of [0, -1, 2.5]) expect(() => rectangleElement(ksize)).to.throw(ShapeError, '1 or more');
  });
});

onEveryBackend('dilate and erode', () => {
  const random = new Random(9);
  const elements: [string, StructuringElement][] = [1, 2, 3, 4, 5, 7, 9].flatMap((k) => [
    [`square ${k}`, rectangleElement(k)],
    [`reflected square ${k}`, reflected(rectangleElement(k))],
    [`ellipse ${k}`, ellipseElement(k)],
  ]);
  for (const [name, element] of elements) {
    it(
      `equal the definition with ${name}`,
      leavesNoTensors(async () => {
        const [h, w] = [9, 12];
        const map = Array.from({ length: h * w }, () => Math.fround(random.normal()));
        const x = tf.tensor3d(map, [1, h, w]);
        const [grown, shrunk] = [dilate(x, element), erode(x, element)];
        expect(Array.from(await grown.data())).to.deep.equal(reference(map, h, w, element, (v) => Math.max(...v)));
        expect(Array.from(await shrunk.data())).to.deep.equal(reference(map, h, w, element, (v) => Math.min(...v)));
        tf.dispose([x, grown, shrunk]);
      }),
    );
  }

  it('opening and closing with the reflected element do not move an even square', async () => {
    const [h, w] = [8, 8];
    const square = Array.from({ length: h * w }, (_, p) => (p % w >= 2 && p % w < 6 && p >= 16 && p < 48 ? 1 : 0));
    const element = rectangleElement(2);
    const x = tf.tensor3d(square, [1, h, w]);
    const opened = tf.tidy(() => dilate(erode(x, element), reflected(element)));
    const closed = tf.tidy(() => erode(dilate(x, element), reflected(element)));
    expect(Array.from(await opened.data())).to.deep.equal(square);
    expect(Array.from(await closed.data())).to.deep.equal(square);
    tf.dispose([x, opened, closed]);
  });

  it('takes each map of a batch on its own', async () => {
    const x = tf.tensor3d([1, 0, 0, 0, 0, 0, 0, 2], [2, 2, 2]);
    const out = dilate(x, ellipseElement(3));
    expect(Array.from(await out.data())).to.deep.equal([1, 1, 1, 0, 0, 2, 2, 2]);
    tf.dispose([x, out]);
  });
});
