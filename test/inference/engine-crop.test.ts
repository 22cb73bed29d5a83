import { expect } from 'chai';
import type { Picture } from '../../src/data/picture.js';
import { Engine, type Inspected } from '../../src/inference/engine.js';
import { WholeScorer } from '../../src/inference/whole-scorer.js';
import type { Detector } from '../../src/models/detector.js';
import { tf, type Tensor1D, type Tensor3D } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

/** A model without any blur of its own: the map is the picture that it sees. */
function mirror(crop: number, pixels: number): Detector {
  return {
    input: {
      resize: { mode: 'short_side', pixels, multiple: 1 },
      crop: { height: crop, width: crop },
      interpolation: 'bilinear',
      antialias: true,
      color: 'gray',
      quantize: false,
    },
    map: { interpolation: 'nearest', sigma: 0 },
    score: (batch) => {
      const maps = batch.pixels.squeeze<Tensor3D>([3]);
      return Promise.resolve({ scores: tf.tidy(() => maps.max([1, 2]) as Tensor1D), maps });
    },
    fit: () => Promise.resolve(),
    save: () => Promise.resolve(),
    load: () => Promise.resolve(),
    dispose: () => {},
  };
}

/** Black with one white square. */
function picture(height: number, width: number, square: { y: number; x: number; side: number }): Picture {
  const rgb = new Uint8Array(height * width * 3);
  for (let y = square.y; y < square.y + square.side; y++) {
    rgb.fill(255, (y * width + square.x) * 3, (y * width + square.x + square.side) * 3);
  }
  return { width, height, rgb, source: 'square.png' } as Picture;
}

async function inspect(detector: Detector, what: Picture): Promise<Inspected> {
  const engine = new Engine(detector, new WholeScorer(detector, null));
  const [outcome] = await engine.inspect([what], { map: true, defects: null });
  await engine.dispose();
  if ('error' in outcome) throw outcome.error;
  return outcome.inspected;
}

onEveryBackend('an engine whose model sees the middle of a picture', () => {
  for (const scale of [1, 3]) {
    it(
      `puts the map where the model looked, at ${scale} times the size of the input`,
      leavesNoTensors(async () => {
        const [height, width] = [20 * scale, 30 * scale];
        const seen = { top: 2 * scale, left: 7 * scale, height: 16 * scale, width: 16 * scale };
        const square = { y: 5 * scale, x: 11 * scale, side: 4 * scale };
        const found = await inspect(mirror(16, 20), picture(height, width, square));
        expect(found.seen).to.deep.equal(seen);
        expect(found.map!.seen).to.deep.equal(seen);
        const blank = picture(height, width, square).rgb.filter((_, i) => i % 3 === 0);
        // Antialiasing by a whole number softens the edge of the square by less than one pixel of the input.
        found.map!.data.forEach((value, p) => {
          const [y, x] = [Math.floor(p / width), p % width];
          const soft = scale === 1 ? 0 : scale;
          const near = y >= square.y - soft && y < square.y + square.side + soft;
          const beside = x >= square.x - soft && x < square.x + square.side + soft;
          const within = y >= square.y + soft && y < square.y + square.side - soft;
          const between = x >= square.x + soft && x < square.x + square.side - soft;
          if (within && between) expect(value).to.be.closeTo(255, 1e-3);
          else if (!(near && beside)) expect(value, `(${y}, ${x})`).to.be.closeTo(blank[p], 1e-3);
        });
      }),
    );
  }

  it(
    'leaves what it did not see at 0, and scores none of it',
    leavesNoTensors(async () => {
      const outside = picture(40, 40, { y: 0, x: 38, side: 2 });
      const { score, map } = await inspect(mirror(16, 20), outside);
      expect(score).to.be.closeTo(0, 1e-3);
      expect(map!.data.every((value) => Math.abs(value) < 1e-3)).to.equal(true);
    }),
  );

  it('says which picture is smaller than the crop', async () => {
    const detector = mirror(16, 20);
    const held = { ...detector.input, resize: { mode: 'scale' as const, factor: 1, multiple: 1 } };
    const small = picture(12, 40, { y: 0, x: 0, side: 1 });
    const error = await inspect({ ...detector, input: held }, small).catch((e: unknown) => e as Error);
    expect(String(error)).to.match(
      /square\.png: 40 x 12 pixels become 40 x 12 .* less than its crop of 16 x 16; give larger/,
    );
  });
});
