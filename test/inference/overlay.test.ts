import { expect } from 'chai';
import { ConfigError, ShapeError } from '../../src/errors.js';
import { ColourScale } from '../../src/inference/sinks/overlay/colour-scale.js';
import { legendHeight } from '../../src/inference/sinks/overlay/legend.js';
import { textWidth } from '../../src/inference/sinks/overlay/text.js';
import { renderOverlay, type OverlayRequest } from '../../src/inference/sinks/overlay.js';

const GREY = 100;
const LINE = [64, 236, 255];

/** A grey picture with a map of one value. */
function request(height: number, width: number, value: number, more: Partial<OverlayRequest> = {}): OverlayRequest {
  return {
    picture: { height, width, rgb: new Uint8Array(height * width * 3).fill(GREY) },
    map: { height, width, data: new Float32Array(height * width).fill(value) },
    threshold: 1,
    ...more,
  };
}

function pixel(image: { width: number; data: Uint8Array }, x: number, y: number): number[] {
  return [...image.data.subarray(3 * (y * image.width + x), 3 * (y * image.width + x) + 3)];
}

describe('renderOverlay', () => {
  it('leaves a picture whose map stays below half the threshold as it is', () => {
    const image = renderOverlay(request(30, 40, 0.5));
    expect([image.width, image.height, image.channels]).to.deep.equal([40, 30 + legendHeight(1), 3]);
    expect(image.data.subarray(0, 30 * 40 * 3).every((value) => value === GREY)).to.equal(true);
  });

  it('gives a value the same colour on every picture', () => {
    const calm = request(20, 20, 0);
    calm.map.data[5 * 20 + 5] = 1.2;
    const hot = request(20, 20, 9);
    hot.map.data[5 * 20 + 5] = 1.2;
    const colour = pixel(renderOverlay(calm), 5, 5);
    expect(colour).to.deep.equal(pixel(renderOverlay(hot), 5, 5));
    expect(colour[0]).to.be.above(colour[2]);
  });

  it('outlines a region just outside of it and leaves its inside to the heat map', () => {
    const mask = { height: 20, width: 20, data: new Uint8Array(400) };
    for (let y = 8; y < 12; y++) mask.data.fill(255, y * 20 + 8, y * 20 + 12);
    const image = renderOverlay(request(20, 20, 0, { mask }));
    expect(pixel(image, 9, 9), 'inside').to.deep.equal([GREY, GREY, GREY]);
    expect(pixel(image, 8, 8), 'edge').to.deep.equal([GREY, GREY, GREY]);
    expect(pixel(image, 7, 9), 'line').to.deep.equal(LINE);
    expect(pixel(image, 7, 7), 'corner of the line').to.deep.equal(LINE);
    expect(pixel(image, 6, 9)[0], 'halo').to.be.below(60);
    expect(pixel(image, 5, 9), 'outside').to.deep.equal([GREY, GREY, GREY]);
  });

  it('keeps a single hot pixel and a single mask pixel when the picture shrinks', () => {
    const large = request(400, 200, 0, { maxSize: 50, mask: { height: 400, width: 200, data: new Uint8Array(80000) } });
    large.map.data[201 * 200 + 99] = 5;
    large.mask!.data[201 * 200 + 99] = 1;
    const image = renderOverlay(large);
    expect([image.width, image.height]).to.deep.equal([25, 50 + legendHeight(1)]);
    expect(pixel(image, 12, 25)[0]).to.be.above(GREY + 20);
    expect(pixel(image, 11, 25)).to.deep.equal(LINE);
  });

  it('never enlarges, and draws maps and masks of another size in place', () => {
    const map = { height: 2, width: 2, data: Float32Array.of(0, 0, 0, 5) };
    const image = renderOverlay(request(20, 20, 0, { map, maxSize: 4000 }));
    expect(image.width).to.equal(20);
    expect(pixel(image, 9, 10)).to.deep.equal([GREY, GREY, GREY]);
    expect(pixel(image, 10, 10)).not.to.deep.equal([GREY, GREY, GREY]);
  });

  it('writes ids beside the boxes, at the edge too, and not over one another', () => {
    const regions = [
      { id: 7, bbox_xyxy: [0, 0, 10, 10] },
      { id: 'r3f', bbox_xyxy: [0, 0, 11, 11] },
      { id: 8, bbox_xyxy: [70, 70, 79, 79] },
    ];
    const image = renderOverlay(request(80, 80, 0, { regions }));
    const ink = (x1: number, y1: number, x2: number, y2: number) => {
      let count = 0;
      for (let y = y1; y <= y2; y++) for (let x = x1; x <= x2; x++) if (pixel(image, x, y)[2] === LINE[2]) count++;
      return count;
    };
    const dots = { seven: 11, three: 14, eight: 17 };
    expect(ink(0, 0, 79, 79)).to.be.above(dots.seven + dots.three + dots.eight);
    expect(ink(0, 14, 9, 24), 'below the first box').to.equal(dots.seven);
    expect(ink(70, 50, 79, 69), 'above the last box').to.equal(dots.eight);
  });

  it('takes 16-bit pictures and tiny ones', () => {
    const rgb = new Uint16Array(3).fill(65535);
    const image = renderOverlay({ ...request(1, 1, 0), picture: { height: 1, width: 1, rgb } });
    expect(pixel(image, 0, 0)).to.deep.equal([255, 255, 255]);
  });

  it('does not touch what it was given', () => {
    const given = request(10, 10, 3, { mask: { height: 10, width: 10, data: new Uint8Array(100).fill(1, 40, 60) } });
    const before = structuredClone(given);
    renderOverlay(given);
    expect(given).to.deep.equal(before);
  });

  it('refuses data that do not fit, a threshold without a value, a maximum size of 0', () => {
    const map = { height: 3, width: 3, data: new Float32Array(8) };
    expect(() => renderOverlay(request(3, 3, 0, { map }))).to.throw(ShapeError, 'map');
    expect(() => renderOverlay(request(3, 3, 0, { threshold: NaN }))).to.throw(ConfigError, 'NaN');
    expect(() => renderOverlay(request(3, 3, 0, { maxSize: 0 }))).to.throw(ConfigError, 'maximum size');
  });
});

describe('ColourScale', () => {
  it('runs from half to twice the threshold', () => {
    const scale = new ColourScale(0.4);
    expect([scale.low, scale.high, scale.position(0.4)]).to.deep.equal([0.2, 0.8, 0.2 / (0.8 - 0.2)]);
  });

  it('is in order for thresholds of 0 and below', () => {
    for (const threshold of [0, -3]) {
      const scale = new ColourScale(threshold);
      expect(scale.low).to.be.below(threshold);
      expect(scale.high).to.be.above(threshold);
    }
  });

  it('gets stronger with the value', () => {
    const scale = new ColourScale(1);
    const change = [0.4, 0.6, 0.8, 1, 1.2, 1.6, 2, 50].map((value) => {
      const rgb = Uint8Array.of(0, 0, 0);
      scale.blend(rgb, 0, value);
      return rgb[0];
    });
    expect(change[0]).to.equal(0);
    change.slice(2, 5).forEach((red, i) => expect(red).to.be.above(change[i + 1]));
    expect(change[6]).to.equal(change[7]);
  });
});

describe('text of the overlay', () => {
  it('is as wide as its letters', () => {
    expect(textWidth('', 2)).to.equal(0);
    expect(textWidth('12', 2)).to.equal(22);
  });
});
