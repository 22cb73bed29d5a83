import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { ConfigError } from '../../../src/errors.js';
import type { FeatureExtractor } from '../../../src/models/backbones/extractor.js';
import { vit } from '../../../src/models/backbones/vit/vit.js';
import { dinomalyNetwork } from '../../../src/models/distillation/dinomaly-network.js';
import { DinomalyParams } from '../../../src/models/distillation/dinomaly-params.js';
import { Dinomaly } from '../../../src/models/distillation/dinomaly.js';
import { looseCosineLoss } from '../../../src/models/distillation/loose-cosine-loss.js';
import { scoring, type Values } from '../../../src/models/nets/module.js';
import { Random } from '../../../src/runtime/random.js';
import { silent } from '../../../src/runtime/progress.js';
import { tf, type Scalar, type Tensor, type Tensor4D } from '../../../src/runtime/tf.js';
import { createTrainer, type TrainingLog } from '../../../src/workbench/training/create-trainer.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';
import { hashedValues } from '../../support/hash-weights.js';
import { batchOf, sourceOfArrays, stripedPicture } from '../../support/striped-pictures.js';
import { worst } from '../../support/worst.js';

const [N, H, W, WIDTH] = [2, 2, 3, 4];
const rule = { width: WIDTH, layers: 2, heads: 2, groups: 2, dropout: 0.2 };

// numpy, from the formulas of the paper with weights as `weights` makes them: the first two places of the first picture after the last layer,
// and the last two of the second picture after the layer before; 1 - cosine of the input and the former.
const FIRST = [-1.26077, 1.73006, 0.81496, -1.94007, -1.17361, 1.47016, 0.79476, -1.67497];
const SECOND = [-0.38929, 1.16165, 0.08995, -1.18483, -0.4414, 1.19257, 0.13409, -1.22712];
const LOSS = 0.9891386;

function input(): Tensor4D {
  return tf.tensor4d(
    Float32Array.from({ length: N * H * W * WIDTH }, (_, i) => Math.cos(0.9 * i)),
    [N, H, W, WIDTH],
  );
}

/** Half the sine of 1.7 i and the number of characters of the name; gains of normalisations are larger by 1. */
function weights(network: ReturnType<typeof dinomalyNetwork>): Values {
  const values = network.trained.map(({ name, shape }) => {
    const length = shape.reduce((a, b) => a * b, 1);
    const gain = /norm.*weight/.test(name) ? 1 : 0;
    const data = Float32Array.from({ length }, (_, i) => gain + 0.5 * Math.sin(1.7 * i + name.length));
    return [name, tf.tensor(data, [...shape])];
  });
  return Object.fromEntries(values) as Values;
}

/** A vision transformer of 3 small blocks, whose weights follow from their names. */
function tinyVit(): FeatureExtractor {
  const positions = { kind: 'learned', grid: 4 } as const;
  const shape = { patch: 8, width: 8, depth: 3, heads: 2, hidden: 16, registers: 1, feedForward: 'gelu' } as const;
  const network = vit({ ...shape, positions, epsilon: 1e-6 }, 'timm');
  const layers = ['blocks.0', 'blocks.1', 'blocks.2'];
  const shapes = new Map(network.parameters.map((parameter) => [parameter.name, parameter.shape]));
  const loaded = network.load((name) => hashedValues({ name, shape: shapes.get(name)!, rule: '0.5*s' }), layers);
  return {
    taps: network.taps.filter((tap) => layers.includes(tap.name)),
    multiple: shape.patch,
    context: 0,
    extract: (x) => tf.tidy(() => loaded.apply(x.div<Tensor4D>(64).sub<Tensor4D>(2))),
    dispose: () => loaded.dispose(),
  };
}

onEveryBackend('vision_dinomaly', () => {
  it(
    'bottleneck, linear attention and feed-forward layers give what numpy gives',
    leavesNoTensors(async () => {
      const network = dinomalyNetwork(rule);
      const [values, x] = [weights(network), input()];
      const [first, second] = network.apply(x, scoring(values), null);
      expect(worst((await first.data()).slice(0, 8), FIRST)).to.be.below(1e-4);
      expect(worst((await second.data()).slice(-8), SECOND)).to.be.below(1e-4);
      const all = tf.tensor1d([N * H * W - 1], 'int32');
      const loss = looseCosineLoss(x, first, all, 0.1);
      expect((await loss.data())[0]).to.be.closeTo(LOSS, 1e-5);
      tf.dispose([values, x, first, second, all, loss]);
    }),
  );

  it(
    'places that are restored well keep a share of their gradients, and the loss its value',
    leavesNoTensors(async () => {
      const [target, given] = [
        input(),
        tf.tidy(() =>
          input().add(
            tf
              .range(0, N * H * W * WIDTH)
              .reshape([N, H, W, WIDTH])
              .sin(),
          ),
        ),
      ];
      const hard = tf.tensor1d([4], 'int32');
      const at = (factor: number) =>
        tf.tidy(() => tf.grad((x: Tensor) => looseCosineLoss(target, x as Tensor4D, hard, factor))(given as Tensor));
      const [whole, loose] = [at(1), at(0.1)];
      const [a, b, want, got] = await Promise.all([target, given, whole, loose].map((tensor) => tensor.data()));
      const places = Array.from({ length: N * H * W }, (_, i) => {
        const row = (all: ArrayLike<number>) => Array.from({ length: WIDTH }, (__, c) => all[i * WIDTH + c]);
        const dot = (one: number[], other: number[]) => one.reduce((sum, v, c) => sum + v * other[c], 0);
        return 1 - dot(row(a), row(b)) / Math.sqrt(dot(row(a), row(a)) * dot(row(b), row(b)));
      });
      const least = [...places].sort((p, q) => q - p)[4];
      const expected = Array.from(want, (v, i) => (places[Math.floor(i / WIDTH)] >= least - 1e-6 ? v : 0.1 * v));
      expect(worst(got, expected)).to.be.below(1e-5);
      tf.dispose([target, given, hard, whole, loose]);
    }),
  );

  it(
    'the loss has the gradients that differences show, with values that are dropped',
    leavesNoTensors(async () => {
      const network = dinomalyNetwork({ ...rule, layers: 1, groups: 1 });
      const [values, x, hard] = [weights(network), input(), tf.tensor1d([3], 'int32')];
      const masks = network.draw(x.shape, new Random(3));
      expect(new Set(await masks[1].data())).to.deep.equal(new Set([0, 1.25]));
      const loss = (at: Values) => {
        const given = network.apply(x, scoring({ ...values, ...at }), masks)[0];
        return looseCosineLoss(x, given, hard, 1) as Scalar;
      };
      await expectGradients(loss, values, { most: 2, tolerance: 0.02 });
      tf.dispose([values, x, hard, masks]);
    }),
  );

  it(
    'learns behind a vision transformer of random weights, and finds a defect',
    leavesNoTensors(async () => {
      const params = {
        resize: { mode: 'stretch', size: { height: 32, width: 48 } },
        ...{
          decoder_layers: 2,
          training: { epochs: 15, max_steps: null, batch_size: 4, lr: 1e-2, validation_fraction: 0.2 },
        },
      };
      const detector = new Dinomaly(decode(DinomalyParams, params, 'params'), tinyVit());
      const logs: TrainingLog[] = [];
      const train = createTrainer({ onTrained: (log) => logs.push(log) });
      const shrunk = (seeds: number, defect = 0) =>
        Array.from({ length: seeds }, (_, i) =>
          stripedPicture(defect + i, { height: 32, width: 48, defect, at: [8, 16] }),
        );
      await detector.fit(sourceOfArrays(shrunk(5), 2, 32, 48), { seed: 1, progress: silent, train });
      const { epochs } = logs[0];
      expect(epochs[epochs.length - 1].loss).to.be.below(0.7 * epochs[0].loss);
      const batch = batchOf([...shrunk(1, 16), ...shrunk(1, 0)], 32, 48);
      const { scores, maps } = await detector.score(batch);
      const [bad, good] = await scores.data();
      expect(bad).to.be.greaterThan(good);
      tf.dispose([scores, maps!, batch.pixels]);
      detector.dispose();
    }),
  );

  it('refuses layers that are not alike, and heads that do not divide them', () => {
    const extractor = (channels: number[]): FeatureExtractor => ({
      taps: channels.map((count, i) => ({ name: `layer${i}`, stride: 8, channels: count })),
      ...{ multiple: 8, context: 0, extract: () => [], dispose: () => {} },
    });
    const make = (params: object, channels: number[]) => () =>
      new Dinomaly(decode(DinomalyParams, params, 'params'), extractor(channels));
    expect(make({}, [64, 128])).to.throw(ConfigError, /layers of one grid and one width.*"layer1" 128 every 8/);
    expect(make({ heads: 3 }, [64])).to.throw(ConfigError, /divides the 64 channels/);
    expect(make({ decoder_layers: 1 }, [64, 64])).to.throw(ConfigError, /decoder_layers: expected 2 or more/);
  });
});
