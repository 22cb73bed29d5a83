import type { InputRule } from '../config/input-rule.js';
import type { Picture, PictureSource } from '../data/picture.js';
import type { References } from '../data/references.js';
import { closePicture } from '../data/stored-picture.js';
import { InterruptedError } from '../errors.js';
import type { Batch, FitSource } from '../models/detector.js';
import { tf } from '../runtime/tf.js';
import { assembleBatch, type PreparedPicture } from './assemble-batch.js';
import { pixelHash } from './pixel-hash.js';
import { prefetch } from './prefetch.js';
import { prepare } from './prepare.js';
import type { FitTiles } from './tiles/fit-tiles.js';

const DECODE_AHEAD = 4;

/** Decoded pictures as the batches that a detector fits on. Remembers what it showed, for the fingerprint. */
export class PictureFitSource implements FitSource {
  private readonly hashes = new Map<string, string>();

  constructor(
    private readonly sources: readonly PictureSource[],
    private readonly rule: InputRule,
    private readonly batchSize: number,
    private readonly signal?: AbortSignal,
    private readonly references: References | null = null,
    /** Pictures are shown in tiles. */
    private readonly tiles: FitTiles | null = null,
  ) {}

  get count(): number {
    return this.tiles?.count ?? this.sources.length;
  }

  /** sha256 of the decoded pixels of each picture that was shown, in sorted order. */
  get pixelHashes(): readonly string[] {
    return [...this.hashes.values()].sort();
  }

  async *batches(): AsyncIterable<Batch> {
    let held: PreparedPicture[] = [];
    const take = (): Batch => {
      const batch = assembleBatch(held);
      held = [];
      return batch;
    };
    try {
      for await (const { picture, reference } of prefetch(this.sources, DECODE_AHEAD, (source) => this.pair(source))) {
        if (this.signal?.aborted === true) throw new InterruptedError('the fit was stopped before it was done');
        this.hashes.set(picture.source, pixelHash(picture));
        for (const part of this.tiles?.of(picture, reference) ?? [{ picture, reference }]) {
          const pixels = prepare(part.picture, this.rule);
          if (held.length > 0 && !tf.util.arraysEqual(held[0].pixels.shape, pixels.shape)) yield take();
          held.push({
            ...{ picture: part.picture, pixels },
            reference: part.reference && prepare(part.reference, this.rule),
          });
          if (held.length === this.batchSize) yield take();
        }
        closePicture(picture);
      }
      if (held.length > 0) yield take();
    } finally {
      held.forEach(({ pixels, reference }) => tf.dispose([pixels, reference]));
    }
  }

  private async pair(source: PictureSource): Promise<{ picture: Picture; reference?: Picture }> {
    const picture = await source.decode();
    return { picture, reference: await this.references?.of(picture) };
  }
}
