import { expect } from 'chai';
import { join } from 'node:path';
import type { InputRule } from '../../src/config/input-rule.js';
import { gray } from '../../src/ops/gray.js';
import { applyInputRule } from '../../src/ops/input-rule.js';
import { inputSize } from '../../src/ops/input-size.js';
import { IMAGENET, normalize } from '../../src/ops/normalize.js';
import { quantize } from '../../src/ops/quantize.js';
import { threshold } from '../../src/ops/threshold.js';
import { tf, type Tensor4D } from '../../src/runtime/tf.js';
import { goldenMaps } from '../golden/maps/fixture.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';
import { readNpy } from '../support/npy.js';

const rule = (over: Partial<InputRule>): InputRule => ({
  resize: { mode: 'stretch', size: { height: 48, width: 64 } },
  interpolation: 'area',
  antialias: false,
  color: 'gray',
  quantize: true,
  ...over,
});

/** The grey picture test_01 with its channel replicated. */
function replicated(): Tensor4D {
  const source = goldenMaps.picture('gray', 'test_01');
  return tf.tensor4d(
    Float32Array.from({ length: source.length * 3 }, (_, i) => source[Math.floor(i / 3)]),
    [1, 48, 64, 3],
  );
}

onEveryBackend('gray', () => {
  it(
    'equals OpenCV RGB2GRAY bit for bit, also for every level of a grey picture',
    leavesNoTensors(async () => {
      const { data, shape } = goldenMaps.stack('images_rgb.npy');
      const want = goldenMaps.stack('images_rgb_test_cvt_rgb2gray.npy').data;
      const pixels = tf.tensor4d(Float32Array.from(data.slice(9 * 48 * 64 * 3)), [6, shape[1], shape[2], 3]);
      const out = gray(pixels);
      expect(Array.from(await out.data())).to.deep.equal(Array.from(want));
      const levels = tf.tensor4d(
        Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)),
        [1, 1, 256, 3],
      );
      const same = gray(levels);
      expect(Array.from(await same.data())).to.deep.equal(Array.from({ length: 256 }, (_, i) => i));
      expect(() => gray(out)).to.throw(/3 channels, got 1/);
      tf.dispose([pixels, out, levels, same]);
    }),
  );
});

onEveryBackend('quantize', () => {
  it(
    'sends ties where it is told, whatever the last bit says, and stays in range',
    leavesNoTensors(async () => {
      const x = tf.tensor4d([-3, 0.5, 1.5, 2.4999, 2.5001, 2.45, 254.6, 300], [1, 1, 8, 1]);
      const up = quantize(x, 'up');
      const even = quantize(x, 'even');
      expect(Array.from(await up.data())).to.deep.equal([0, 1, 2, 3, 3, 2, 255, 255]);
      expect(Array.from(await even.data())).to.deep.equal([0, 0, 2, 2, 2, 2, 255, 255]);
      tf.dispose([x, up, even]);
    }),
  );
});

onEveryBackend('applyInputRule', () => {
  // OpenCV adds the shares in float32, so that its own last bit decides some ties, and where a side grows it truncates
  // fixed-point sums to quarters of a level: one level of difference is allowed, in so many places.
  for (const [size, mayDiffer] of [
    ['24x32', 0],
    ['31x47', 0.001],
    ['32x40', 0.01],
    ['50x70', 0.12],
    ['96x128', 0.12],
  ] as const) {
    it(
      `gives the grey levels of OpenCV's area resize to ${size}`,
      leavesNoTensors(async () => {
        const [height, width] = size.split('x').map(Number);
        const want = readNpy(join(goldenMaps.folder, 'resize', `u8_area_${size}.npy`)).data as Uint8Array;
        const pixels = replicated();
        const out = applyInputRule(pixels, rule({ resize: { mode: 'stretch', size: { height, width } } }));
        expect(out.shape).to.deep.equal([1, height, width, 1]);
        const got = await out.data();
        const off = want.filter((v, i) => got[i] !== v).length / want.length;
        for (let i = 0; i < want.length; i++) expect(Math.abs(got[i] - want[i])).to.be.at.most(1);
        expect(off).to.be.at.most(mayDiffer);
        tf.dispose([pixels, out]);
      }),
    );
  }

  it(
    'keeps colour and size when asked to, and cuts bicubic overshoot',
    leavesNoTensors(async () => {
      const pixels = tf.tensor4d([0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255], [1, 1, 4, 3]);
      const same = applyInputRule(
        pixels,
        rule({ color: 'rgb', resize: { mode: 'stretch', size: { height: 1, width: 4 } } }),
      );
      expect(Array.from(await same.data())).to.deep.equal(Array.from(await pixels.data()));
      const wide = { mode: 'stretch', size: { height: 4, width: 10 } } as const;
      const cubic = applyInputRule(
        pixels,
        rule({ color: 'rgb', resize: wide, interpolation: 'bicubic', quantize: false }),
      );
      const values = await cubic.data();
      expect(Math.max(...values)).to.equal(255);
      expect(Math.min(...values)).to.equal(0);
      tf.dispose([pixels, same, cubic]);
    }),
  );

  it(
    'refuses a picture without three channels',
    leavesNoTensors(() => {
      const pixels = tf.zeros([1, 2, 2, 1]) as Tensor4D;
      expect(() => applyInputRule(pixels, rule({}))).to.throw(/3 channels \(grey replicated\), got 1/);
      pixels.dispose();
    }),
  );
});

describe('inputSize', () => {
  it('stretches to the size it is given', () => {
    const size = { height: 5, width: 9 };
    expect(inputSize({ height: 100, width: 3 }, { mode: 'stretch', size })).to.deep.equal(size);
  });

  it('keeps the shape by the short side, in multiples', () => {
    const short = { mode: 'short_side', pixels: 256, multiple: 32 } as const;
    expect(inputSize({ height: 512, width: 1024 }, short)).to.deep.equal({ height: 256, width: 512 });
    expect(inputSize({ height: 300, width: 200 }, short)).to.deep.equal({ height: 384, width: 256 });
    expect(inputSize({ height: 1, width: 1 }, { ...short, pixels: 8 })).to.deep.equal({ height: 32, width: 32 });
  });

  it('scales both sides by less when the long one would pass its limit', () => {
    const held = { mode: 'short_side', pixels: 256, multiple: 32, max_long_side: 1000 } as const;
    expect(inputSize({ height: 400, width: 4000 }, held)).to.deep.equal({ height: 96, width: 992 });
  });
});

onEveryBackend('threshold', () => {
  it(
    'compares as float32, the threshold included',
    leavesNoTensors(async () => {
      const maps = tf.tensor3d([0.7, 0.69999, 0.1 + 0.2, 5], [1, 2, 2]);
      const mask = threshold(maps, 0.7);
      expect(mask.dtype).to.equal('bool');
      expect(Array.from(await mask.data())).to.deep.equal([1, 0, 0, 1]);
      tf.dispose([maps, mask]);
    }),
  );
});

onEveryBackend('normalize', () => {
  it(
    'brings every channel to its mean and deviation',
    leavesNoTensors(async () => {
      const pixels = tf.tensor4d([0, 128, 255, 10, 20, 30], [1, 1, 2, 3]);
      const out = normalize(pixels, IMAGENET);
      const got = await out.data();
      const want = [0, 128, 255, 10, 20, 30].map((v, i) => (v / 255 - IMAGENET.mean[i % 3]) / IMAGENET.std[i % 3]);
      want.forEach((v, i) => expect(got[i]).to.be.closeTo(v, 1e-6));
      expect(() => normalize(pixels, { mean: [0], std: [1] })).to.throw(/each of 3 channels/);
      expect(() => normalize(pixels, { mean: [0, 0, 0], std: [1, 0, 1] })).to.throw(/above 0/);
      tf.dispose([pixels, out]);
    }),
  );
});
