import { expect } from 'chai';
import { WeightsError } from '../../../src/errors.js';
import type { FitSource } from '../../../src/models/detector.js';
import type { Scorer } from '../../../src/models/learned-detector.js';
import { placeProfile, placeScorer } from '../../../src/models/maps/place-scale.js';
import { tf, type Scalar, type Tensor3D, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { worst } from '../../support/worst.js';

const [count, h, w] = [5, 2, 3];
/** The map of a picture at a place; the last place is 0 in all. */
const mapped = (picture: number, place: number) =>
  place === h * w - 1 ? 0 : 0.1 * place + 0.02 * Math.sin(3 * picture + place);

/** Pictures whose first channel is their map. */
function picturesOf(maps: readonly (readonly number[])[]): Tensor4D {
  return tf.tensor4d(
    maps.flat().flatMap((value) => [value, 0, 0]),
    [maps.length, h, w, 3],
  );
}

const source: FitSource = {
  count,
  async *batches() {
    for (const some of [[0, 1], [2], [3, 4]]) {
      const maps = some.map((n) => Array.from({ length: h * w }, (_, place) => mapped(n, place)));
      const sizes = some.map(() => ({ height: h, width: w }));
      yield { pixels: picturesOf(maps), sources: some.map((n) => `${n}.png`), sizes };
    }
  },
};

/** Its maps are the first channel, by so much; its scores say nothing. */
function firstChannel(factor = 1): Scorer {
  return {
    run: async (x) => {
      const maps = tf.tidy(() => x.slice([0, 0, 0, 0], [-1, -1, -1, 1]).squeeze([3]).mul<Tensor3D>(factor));
      return { scores: tf.zeros([x.shape[0]]), maps };
    },
    dispose() {},
  };
}

onEveryBackend('maps measured place by place', () => {
  it(
    'count standard deviations above the mean of good pictures, and so does the score of their highest places',
    leavesNoTensors(async () => {
      const places = Array.from({ length: h * w }, (_, place) =>
        Array.from({ length: count }, (__, n) => mapped(n, place)),
      );
      const means = places.map((all) => all.reduce((a, b) => a + b) / count);
      const spreads = places.map((all, i) =>
        Math.sqrt(all.reduce((sum, one) => sum + (one - means[i]) ** 2, 0) / (count - 1)),
      );
      const offset = spreads.reduce((a, b) => a + b) / spreads.length;
      const profile = await placeProfile(source, firstChannel());
      expect(profile['map.mean']!.shape).to.deep.equal([h, w]);
      expect(worst(await profile['map.mean']!.data(), means)).to.be.below(1e-6);

      const seen = [0.5, 0, 0.3, 0.31, 0.4, 0.2];
      const wanted = seen.map((one, i) => Math.max(0, (one - means[i]) / (spreads[i] + offset)));
      const pixels = picturesOf([seen]);
      for (const [top, kept] of [
        [0, 1],
        [0.5, 3],
      ]) {
        const { scores, maps } = await placeScorer('toy', firstChannel(), profile, top).run(pixels);
        expect(worst(await maps!.data(), wanted)).to.be.below(1e-4);
        const highest = [...wanted].sort((a, b) => b - a).slice(0, kept);
        expect((await scores.data())[0]).to.be.closeTo(highest.reduce((a, b) => a + b) / kept, 1e-4);
        tf.dispose([scores, maps!]);
      }
      tf.dispose([pixels, ...Object.values(profile)]);
    }),
  );

  it(
    'are 0, not NaN, where no good picture has any',
    leavesNoTensors(async () => {
      const profile = await placeProfile(source, firstChannel(0));
      const pixels = picturesOf([new Array<number>(h * w).fill(0)]);
      const { scores, maps } = await placeScorer('toy', firstChannel(0), profile, 0).run(pixels);
      expect(Array.from(await maps!.data())).to.deep.equal(new Array(h * w).fill(0));
      tf.dispose([pixels, scores, maps!, ...Object.values(profile)]);
    }),
  );

  it(
    'are refused where the profile is missing or has another size',
    leavesNoTensors(async () => {
      const pixels = picturesOf([new Array<number>(h * w).fill(0.1)]);
      const profile = { 'map.mean': tf.zeros([h, w + 1]), 'map.spread': tf.ones([h, w + 1]) };
      for (const learned of [{}, profile]) {
        const refused = await placeScorer('toy', firstChannel(), learned, 0)
          .run(pixels)
          .then(
            () => null,
            (error: unknown) => error,
          );
        expect(refused).to.be.instanceOf(WeightsError);
      }
      tf.dispose([pixels, ...Object.values(profile)]);
    }),
  );

  it(
    'of a model without maps are none',
    leavesNoTensors(async () => {
      const scorer: Scorer = { ...firstChannel(), run: async (x) => ({ scores: x.mean([1, 2, 3]), maps: null }) };
      expect(await placeProfile(source, scorer)).to.deep.equal({});
      const pixels = picturesOf([new Array<number>(h * w).fill(3)]);
      const { scores, maps } = await placeScorer('toy', scorer, {}, 0).run(pixels);
      expect([maps, (await (scores as unknown as Scalar).data())[0]]).to.deep.equal([null, 1]);
      tf.dispose([pixels, scores]);
    }),
  );
});
