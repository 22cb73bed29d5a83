import { DataError, InterruptedError } from '../../errors.js';
import { NeighborIndex } from '../../ops/nearest.js';
import { compiled } from '../../runtime/compile/compiled.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext, FitSource } from '../detector.js';
import { FeatureDetector } from '../feature-detector.js';
import type { LearnedTensors, Scorer } from '../learned-detector.js';
import { requireLearned } from '../require-learned.js';
import { CompiledForward } from './compiled-forward.js';
import { FeaturePyramid } from './feature-pyramid.js';
import { galleryDistances } from './gallery-distances.js';
import { planGallery } from './spade-memory.js';
import type { SpadeParams } from './spade-params.js';

const FEATURE_KEYS = [
  'backbone',
  'resize',
  'interpolation',
  'antialias',
  'context',
  'image_layer',
  'pyramid_layers',
  'projection_dim',
] as const;

/**
 * SPADE (Cohen and Hoshen 2020): the k good pictures that are nearest by their averaged features, and for every place the distance of its
 * feature pyramid to the nearest one anywhere in those pictures.
 */
export class Spade extends FeatureDetector<SpadeParams> {
  /** @param extractor owned by the detector from now on */
  constructor(params: SpadeParams, extractor: FeatureExtractor) {
    super('vision_spade', params, extractor, FEATURE_KEYS);
    new FeaturePyramid(extractor, params, 0).dispose(); // names wrong layers before any picture is read
  }

  protected async learn(source: FitSource, { seed, progress, signal }: FitContext): Promise<LearnedTensors> {
    const pyramid = new FeaturePyramid(this.extractor, this.params, seed);
    const images: Tensor2D[] = [];
    const places: Tensor3D[] = [];
    try {
      const size = { pictures: source.count, places: this.placesOf(pyramid), width: pyramid.width };
      progress.info(planGallery(size, this.params.memory_mb));
      progress.start('features of the training pictures', source.count);
      let pictures = 0;
      for await (const { pixels } of source.batches()) {
        try {
          const features = pyramid.describe(pixels);
          images.push(features.image);
          places.push(features.places);
        } finally {
          pixels.dispose();
        }
        pictures += pixels.shape[0];
        progress.update(pictures);
        if (signal?.aborted === true) throw new InterruptedError('the fit was stopped');
      }
      if (pictures === 0)
        throw new DataError(`${this.name}: expected at least one good picture to learn from, got none`);
      return { images: tf.concat(images, 0), gallery: tf.concat(places, 0) };
    } finally {
      progress.stop();
      tf.dispose([...images, ...places]);
      pyramid.dispose();
    }
  }

  protected scorerOf({ images, gallery }: LearnedTensors, seed: number): Scorer {
    const pyramid = new FeaturePyramid(this.extractor, this.params, seed);
    const { k, kappa, distance, image_score } = this.params;
    const measured = <T extends Tensor2D>(squared: T): T => (distance === 'squared' ? squared : (squared.sqrt() as T));
    try {
      const shape = [null, this.placesOf(pyramid), pyramid.width];
      requireLearned(this.name, { images, gallery }, { images: [null, pyramid.imageWidth], gallery: shape });
    } catch (error) {
      pyramid.dispose();
      throw error;
    }
    const index = new NeighborIndex(images as Tensor2D);
    const describe = new CompiledForward(
      this.name,
      (x) => {
        const features = pyramid.describe(x as Tensor4D);
        const { squared, indices } = index.search(features.image, k);
        return [features.places, indices, measured(squared).mean(1)];
      },
      this.extractor,
    );
    // The gallery is an argument: a graph would hold a copy of it.
    const compare = compiled(
      ([queries, all, chosen]) => {
        const squared = galleryDistances(queries as Tensor2D, all as Tensor3D, chosen as Tensor1D, kappa);
        return [measured(squared).mean(1)];
      },
      { name: `${this.name} gallery` },
    );
    const { height, width } = this.params.resize.size;
    const grid = [height / pyramid.stride, width / pyramid.stride];
    const run: Scorer['run'] = async (pixels) => {
      const [places, chosen, knn] = await describe.run(pixels);
      const rows: Tensor1D[] = [];
      try {
        for (let i = 0; i < pixels.shape[0]; i++) {
          const [queries, pictures] = [row(places, i), row(chosen, i)];
          try {
            rows.push(...((await compare.run([queries, gallery, pictures])) as Tensor1D[]));
          } finally {
            tf.dispose([queries, pictures]);
          }
        }
        return tf.tidy(() => {
          const maps = tf.stack(rows).reshape([rows.length, ...grid]) as Tensor3D;
          return { maps, scores: (image_score === 'map' ? maps.max([1, 2]) : knn.clone()) as Tensor1D };
        });
      } finally {
        tf.dispose([places, chosen, knn, ...rows]);
      }
    };
    const dispose = () => {
      describe.dispose();
      compare.dispose();
      index.dispose();
      pyramid.dispose();
    };
    return { run, dispose };
  }

  private placesOf({ stride }: FeaturePyramid): number {
    const { height, width } = this.params.resize.size;
    return (height / stride) * (width / stride);
  }
}

/** Row `i` of the first axis. */
function row(x: Tensor, i: number): Tensor {
  const [, ...rest] = x.shape;
  return tf.tidy(() => x.slice([i], [1]).reshape(rest));
}
