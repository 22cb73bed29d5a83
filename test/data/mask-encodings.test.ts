import { expect } from 'chai';
import fc from 'fast-check';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeCocoRle, encodeCocoRle } from '../../src/data/coco-rle.js';
import { decodeMask } from '../../src/data/decode-mask.js';
import { encodeNpy } from '../../src/data/npy.js';
import { polygonsOf } from '../../src/defects/geometry/polygons.js';
import { MASK_FORMATS } from '../../src/inference/sinks/mask-formats.js';
import { scratch } from '../support/toy-run.js';

interface Case {
  readonly name: string;
  readonly size: [number, number];
  readonly bits: string;
  readonly counts: string;
  readonly area: number;
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../golden/masks/coco-rle.json'), 'utf8')) as {
  cases: Case[];
};

function maskOf({ size: [height, width], bits }: Case) {
  const bytes = Buffer.from(bits, 'base64');
  const data = Uint8Array.from({ length: height * width }, (_, i) => (bytes[i >> 3] >> (7 - (i & 7))) & 1);
  return { height, width, data };
}

/** Small masks of any size and density. */
const anyMask = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .chain(([height, width]) =>
    fc
      .uint8Array({ minLength: height * width, maxLength: height * width, max: 1 })
      .map((data) => ({ height, width, data })),
  );

describe('COCO run lengths', () => {
  for (const stored of golden.cases) {
    it(`are those of pycocotools, both ways: ${stored.name}`, () => {
      const mask = maskOf(stored);
      expect(encodeCocoRle(mask)).to.deep.equal({ counts: stored.counts, size: stored.size });
      const decoded = decodeCocoRle(stored, 'stored');
      expect(Buffer.compare(decoded.data, mask.data)).to.equal(0);
      expect(decoded.data.reduce((a, b) => a + b, 0)).to.equal(stored.area);
    });
  }

  it('come back as they went', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        expect(decodeCocoRle(encodeCocoRle(mask), 'm').data).to.deep.equal(mask.data);
      }),
    );
  });

  it('are read as plain lengths too, and refused when they do not fill the size', () => {
    const plain = { counts: [1, 2, 3], size: [3, 2] as [number, number] };
    expect([...decodeCocoRle(plain, 'm').data]).to.deep.equal([0, 0, 1, 0, 1, 0]);
    for (const counts of [[1, 2], [7], [1, -1, 6], '1', '~~~', 'o']) {
      expect(() => decodeCocoRle({ counts, size: [3, 2] }, 'm.json'), String(counts)).to.throw(/^m\.json: /);
    }
  });
});

describe('polygons of a mask', () => {
  it('have an outline for each part, and one for each hole, which runs the other way', () => {
    const rows = ['.......', '.####..', '.#..#..', '.#.#.##', '.###...'];
    const data = Uint8Array.from(rows.join(''), (c) => (c === '#' ? 1 : 0));
    const [only, ...others] = polygonsOf(data, { height: 5, width: 7 });
    expect(others).to.deep.equal([]);
    expect(only.outer[0]).to.deep.equal([5, 1]);
    // The pixels (4, 2) and (3, 3) touch at a corner, so the hole is closed there.
    expect(only.holes.map(area)).to.deep.equal([-3]);
    expect(area(only.outer)).to.equal(13 + 3);
  });

  it('give the mask back, and enclose its pixels', () => {
    const check = (mask: { height: number; width: number; data: Uint8Array }) => {
      const polygons = polygonsOf(mask.data, mask);
      const rings = polygons.flatMap(({ outer, holes }) => [outer, ...holes]);
      expect(rings.reduce((sum, ring) => sum + area(ring), 0)).to.equal(mask.data.reduce((a, b) => a + b, 0));
      for (const { outer, holes } of polygons) {
        expect(area(outer)).to.be.above(0);
        for (const hole of holes) expect(area(hole)).to.be.below(0);
      }
    };
    for (const stored of golden.cases) check(maskOf(stored));
    fc.assert(fc.property(anyMask, check));
  });
});

describe('masks in every format', () => {
  const dir = scratch();

  for (const [name, { suffix, encode }] of Object.entries(MASK_FORMATS)) {
    it(`come back from ${name}`, async () => {
      for (const mask of golden.cases.map(maskOf)) {
        const path = join(dir, `mask${suffix}`);
        writeFileSync(path, await encode(mask));
        expect(await decodeMask(path, { size: mask })).to.deep.equal(mask);
      }
    });
  }

  it('are 1 where an array of numpy is not 0', async () => {
    const path = join(dir, 'bool.npy');
    writeFileSync(path, encodeNpy([1, 3], Uint8Array.from([0, 1, 255])));
    expect([...(await decodeMask(path)).data]).to.deep.equal([0, 1, 1]);
  });

  it('are refused by name when damaged', async () => {
    const damaged: Record<string, string> = {
      'broken.json': '{"counts":',
      'key.json': '{"count":"0","size":[1,1]}',
      'size.json': '{"counts":"11","size":[0,1]}',
      'huge.json': '{"counts":"1","size":[99999999,99999999]}',
      'ring.json': '{"polygons":[{"outer":[[1,2,3]]}],"size":[2,2]}',
    };
    for (const [name, content] of Object.entries(damaged)) {
      const path = join(dir, name);
      writeFileSync(path, content);
      const error = await decodeMask(path).catch((thrown: Error) => thrown);
      expect(error, name).to.be.instanceOf(Error).with.property('message').that.includes(name);
    }
    expect(await decodeMask(join(dir, 'key.json')).catch((e: Error) => e.message)).to.include('did you mean "counts"?');
    const other = await decodeMask(join(dir, 'size.json'), { size: { height: 1, width: 1 } }).catch(
      (e: Error) => e.message,
    );
    expect(other).to.include('size');
  });
});

/** Signed area by the shoelace formula; positive when clockwise on the screen. */
function area(ring: readonly (readonly [number, number])[]): number {
  let twice = 0;
  ring.forEach(([x1, y1], i) => {
    const [x2, y2] = ring[(i + 1) % ring.length];
    twice += x1 * y2 - x2 * y1;
  });
  return twice / 2;
}
