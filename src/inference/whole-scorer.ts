import type { Picture } from '../data/picture.js';
import type { References } from '../data/references.js';
import type { Batch, Detector } from '../models/detector.js';
import { inputSize } from '../ops/input-size.js';
import { seenWindow } from '../ops/seen-window.js';
import { tf } from '../runtime/tf.js';
import { assembleBatch, type PreparedPicture } from './assemble-batch.js';
import { fullSizeMap } from './full-size-map.js';
import type { PictureScore, PictureScorer, ScoreRequest } from './picture-scorer.js';
import { prepare } from './prepare.js';

/** Scores pictures whole: those of one input shape together, full batches only, because every batch size costs a graph of its own. */
export class WholeScorer implements PictureScorer {
  /**
   * @param detector borrowed
   * @param references for a detector that compares every picture with a reference of its own
   */
  constructor(
    private readonly detector: Detector,
    private readonly references: References | null,
  ) {}

  async score(pictures: readonly Picture[], request: ScoreRequest): Promise<PictureScore[]> {
    const scored: PictureScore[] = [];
    try {
      for (const places of this.batches(pictures, request.batchSize)) {
        const batch = places.map((place) => pictures[place]);
        const results = await this.scoreBatch(batch, request);
        places.forEach((place, i) => (scored[place] = results[i]));
      }
      return scored;
    } catch (error) {
      scored.forEach((score) => score.dispose());
      throw error;
    }
  }

  /** The places of the pictures that go together. */
  private batches(pictures: readonly Picture[], size: number): number[][] {
    const byShape = new Map<string, number[]>();
    for (const [place, picture] of pictures.entries()) {
      const { height, width } = inputSize(picture, this.detector.input.resize);
      const key = `${height} ${width}`;
      byShape.set(key, [...(byShape.get(key) ?? []), place]);
    }
    return [...byShape.values()].flatMap((places) => {
      const full = places.length - (places.length % size);
      const starts = Array.from({ length: full / size }, (_, i) => i * size);
      return [
        ...starts.map((start) => places.slice(start, start + size)),
        ...places.slice(full).map((place) => [place]),
      ];
    });
  }

  private async scoreBatch(pictures: readonly Picture[], { maps, clock }: ScoreRequest): Promise<PictureScore[]> {
    const n = pictures.length;
    const batch = await clock.time('preprocess', n, () => this.prepared(pictures));
    const scored = await clock.time('model', n, async () => {
      const given = await this.detector.score(batch).finally(() => tf.dispose([batch.pixels, batch.references]));
      // Part of the stage: on a GPU the work is done when its result is there.
      const values = await given.scores.data().finally(() => given.scores.dispose());
      return { values, maps: given.maps };
    });
    try {
      return pictures.map((picture, i) => {
        const small = maps && scored.maps !== null ? scored.maps.slice([i, 0, 0], [1, -1, -1]) : null;
        const seen = seenWindow(picture, this.detector.input);
        return {
          score: scored.values[i],
          seen,
          map: () => (small === null ? null : fullSizeMap(small, picture, seen, this.detector)),
          dispose: () => small?.dispose(),
        };
      });
    } finally {
      scored.maps?.dispose();
    }
  }

  private async prepared(pictures: readonly Picture[]): Promise<Batch> {
    const { input } = this.detector;
    const held: PreparedPicture[] = [];
    try {
      for (const picture of pictures) {
        const reference = await this.references?.of(picture);
        const pixels = prepare(picture, input);
        held.push({ picture, pixels });
        if (reference !== undefined) held[held.length - 1] = { picture, pixels, reference: prepare(reference, input) };
      }
    } catch (error) {
      held.forEach(({ pixels, reference }) => tf.dispose([pixels, reference]));
      throw error;
    }
    return assembleBatch(held);
  }
}
