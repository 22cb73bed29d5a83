import { DataError } from '../../errors.js';
import { cutPaste, type CutPasteKind } from '../../ops/cut-paste.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import type { FitContext, FitSource } from '../detector.js';
import { principalComponents } from '../gaussian/principal-components.js';
import { gaussianScore, subspaceOf, subspaceShapes, type Subspace } from '../gaussian/subspace.js';
import { LearnedDetector, type LearnedTensors, type Scorer } from '../learned-detector.js';
import { compiledScorer } from '../memory-bank/compiled-scorer.js';
import { begin, scoring, type Values } from '../nets/module.js';
import { requireLearned } from '../require-learned.js';
import { pictureOptions } from '../training/picture-options.js';
import { requireTrainer } from '../training/require-trainer.js';
import { TrainingPictures } from '../training/training-pictures.js';
import { cutPasteLoss, cutPasteNetwork, type CutPasteNetwork } from './cutpaste-network.js';
import type { CutPasteParams } from './cutpaste-params.js';

/** The Gaussian of whole pictures, and that of their places. */
const GAUSSIANS = ['picture', 'place'] as const;
/** Places that the second one is estimated from: more tell nothing new. */
const MOST_PLACES = 4096;

/**
 * CutPaste (Li et al., CutPaste: Self-Supervised Learning for Anomaly Detection and Localization, CVPR 2021): a network learns to tell good pictures
 * from those in which a piece lies elsewhere; a picture is scored by the Mahalanobis distance of its features to those of good pictures.
 */
export class CutPaste extends LearnedDetector<CutPasteParams> {
  private readonly network: CutPasteNetwork;

  constructor(params: CutPasteParams) {
    const network = cutPasteNetwork(params);
    super('vision_cutpaste', params, network.stride, ['resize', 'interpolation', 'antialias', 'width', 'stages']);
    this.network = network;
  }

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const train = requireTrainer(context, this.name);
    const { training: rule } = this.params;
    const { features, head } = this.network;
    const pictures = await TrainingPictures.collect(source, context, {
      ...pictureOptions(this.name, rule),
    });
    const random = new Random(context.seed).fork('start');
    const { heldOut } = pictures;
    const withPatches = (batches: AsyncIterable<Tensor4D>, from: Random) => this.withPatches(batches, from);
    try {
      const { values } = await train(
        {
          name: this.name,
          rule,
          start: begin([...features.trained, ...head.trained], random),
          statistics: begin([...features.statistics, ...head.statistics], random),
          stepsPerEpoch: pictures.stepsPerEpoch,
          batches: (_, from) => withPatches(pictures.batches(from.fork('order')), from.fork('patches')),
          loss: (inputs, pass) => ({ total: cutPasteLoss(this.network, inputs as Tensor4D[], pass) }),
          ...(heldOut === null ? {} : { heldOut: () => withPatches(heldOut(), random.fork('held out')) }),
        },
        context,
      );
      return await this.withGaussians(values, source);
    } finally {
      pictures.dispose();
    }
  }

  protected scorerOf(learned: LearnedTensors): Scorer {
    const { features, channels } = this.network;
    const starts = [...features.trained, ...features.statistics];
    const gaussian = GAUSSIANS.map((name) =>
      Object.entries(subspaceShapes(channels)).map(([key, shape]) => [`${name}.${key}`, shape] as const),
    );
    requireLearned(
      this.name,
      learned,
      Object.fromEntries([...starts.map(({ name, shape }) => [name, shape] as const), ...gaussian.flat()]),
    );
    const [picture, place] = GAUSSIANS.map((name) => subspaceNamed(name, learned, channels));
    const pass = scoring(learned);
    return compiledScorer(this.name, (x) => {
      const grid = features.apply(x as Tensor4D, pass);
      const [n, h, w] = grid.shape;
      const scores = gaussianScore(grid.mean([1, 2]) as Tensor2D, picture, 'mahalanobis');
      const maps = gaussianScore(grid.reshape([-1, channels]) as Tensor2D, place, 'mahalanobis');
      return [scores, maps.reshape([n, h, w])];
    });
  }

  /** Every batch of good pictures, and the same with patches; takes the batches over. */
  private async *withPatches(batches: AsyncIterable<Tensor4D>, random: Random): AsyncIterable<Tensor[]> {
    const { augment } = this.params;
    const kinds: readonly CutPasteKind[] = augment === '3way' ? ['normal', 'scar'] : [augment];
    for await (const pixels of batches) {
      const [n, height, width] = pixels.shape;
      const values = Float32Array.from(await pixels.data());
      const size = values.length / n;
      const patched = kinds.map((kind) => {
        const out = new Float32Array(values.length);
        for (let i = 0; i < n; i++) {
          const one = values.subarray(i * size, (i + 1) * size);
          out.set(cutPaste(one, { height, width }, random, kind, 255).rgb, i * size);
        }
        return tf.tensor4d(out, pixels.shape);
      });
      yield [pixels, ...patched];
    }
  }

  /** What scores need of the trained values, which are taken over, and the Gaussians of the good pictures' features. */
  private async withGaussians(values: Values, source: FitSource): Promise<LearnedTensors> {
    const { features, channels } = this.network;
    const kept = new Set([...features.trained, ...features.statistics].map(({ name }) => name));
    const needed = Object.fromEntries(Object.entries(values).filter(([name]) => kept.has(name)));
    tf.dispose(Object.entries(values).flatMap(([name, value]) => (kept.has(name) ? [] : [value])));
    const [pictures, places]: [Tensor2D[], Tensor2D[]] = [[], []];
    try {
      const pass = scoring(needed);
      for await (const { pixels } of source.batches()) {
        const grid = features.apply(pixels, pass);
        pictures.push(grid.mean([1, 2]) as Tensor2D);
        places.push(tf.tidy(() => thinned(grid.reshape([-1, channels]) as Tensor2D, MOST_PLACES / source.count)));
        tf.dispose([pixels, grid]);
      }
      const learned: Record<string, Tensor> = {};
      for (const [i, parts] of [pictures, places].entries()) {
        const gaussian = await this.gaussianOf(parts);
        for (const [key, tensor] of Object.entries(gaussian)) learned[`${GAUSSIANS[i]}.${key}`] = tensor;
      }
      return { ...needed, ...learned };
    } catch (error) {
      tf.dispose(needed);
      throw error;
    } finally {
      tf.dispose([pictures, places]);
    }
  }

  private async gaussianOf(parts: Tensor2D[]): Promise<Subspace> {
    const rows = tf.concat(parts, 0);
    try {
      await this.requireFinite(rows);
      const found = await principalComponents(rows, 1);
      if (found !== null) return subspaceOf(found, 'mahalanobis', rows.shape[0]);
      throw new DataError(`${this.name}: expected 2 good pictures or more that differ, got ${rows.shape[0]} alike`);
    } finally {
      rows.dispose();
    }
  }
}

function subspaceNamed(name: string, learned: LearnedTensors, width: number): Subspace {
  const keys = Object.keys(subspaceShapes(width));
  return Object.fromEntries(keys.map((key) => [key, learned[`${name}.${key}`]])) as unknown as Subspace;
}

/** Evenly chosen rows of one picture after the other. */
function thinned(rows: Tensor2D, wanted: number): Tensor2D {
  const [count] = rows.shape;
  const step = Math.max(1, Math.floor(count / Math.max(1, wanted)));
  const places = Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
  return tf.gather(rows, tf.tensor1d(places, 'int32') as Tensor1D);
}
