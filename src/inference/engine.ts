import type { DefectsConfig } from '../config/defects.js';
import type { InputRule } from '../config/input-rule.js';
import type { MapPostprocess } from '../config/map-postprocess.js';
import type { Picture } from '../data/picture.js';
import { findDefects, type DefectsResult } from '../defects/find-defects.js';
import type { RoiMask } from '../defects/roi.js';
import { DataError, UnsupportedBackendError } from '../errors.js';
import type { Detector } from '../models/detector.js';
import type { Size } from '../config/size.js';
import { inputSize } from '../ops/input-size.js';
import type { Window } from '../ops/crop-window.js';
import type { Precision } from '../runtime/compile/precision.js';
import { noClock, type StageClock } from '../runtime/profile/stage-clock.js';
import { isDeviceLost } from './lost-device.js';
import { isOutOfMemory } from './out-of-memory.js';
import type { ModelInputs, PictureScore, PictureScorer } from './picture-scorer.js';
import { postprocessMap } from './postprocess-map.js';
import { WholeScorer } from './whole-scorer.js';

/** What the defects stages need beside the map. */
export interface DefectsPlan {
  readonly config: DefectsConfig;
  readonly pixelThreshold: number;
  readonly semantics: 1 | 2;
  /** The picture of `roi_mask_path`. */
  readonly roiMask?: RoiMask;
}

export interface EngineRequest {
  /** Read the float map back; false keeps it on the device. */
  readonly map: boolean;
  /** What a config of schema_version 1 does to maps before anything else sees them. */
  readonly postprocess?: MapPostprocess | null;
  /** null leaves the defects stages out */
  readonly defects: DefectsPlan | null;
  /** Inputs that go through the model together where their shapes allow; 1 by default. */
  readonly batchSize?: number;
  readonly clock?: StageClock;
}

/** A map of the picture's own size. */
export interface AnomalyMap {
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
  /** The part that the model saw, where it did not see all; the map is 0 outside. */
  readonly seen?: Window;
}

export interface Inspected {
  readonly score: number;
  /** The part of the picture that the model saw; null = all of it. */
  readonly seen: Window | null;
  readonly map: AnomalyMap | null;
  readonly defects: DefectsResult | null;
}

/** A picture either was inspected, or it failed: alone, whatever was beside it. */
export type Outcome = { readonly inspected: Inspected } | { readonly error: unknown };

/**
 * Pictures through the house: prepare -> model -> map of the picture's size -> defects, all on the device until the read-back.
 * Callers may overlap; the engine works on one call at a time, in their order.
 */
export class Engine {
  private turn: Promise<unknown> = Promise.resolve();
  /** The most inputs that fitted into memory together. */
  private limit = Infinity;

  /**
   * @param detector owned by the engine from now on
   * @param scorer of the same detector; by default pictures are scored whole, without references
   */
  constructor(
    private readonly detector: Detector,
    private readonly scorer: PictureScorer = new WholeScorer(detector, null),
    private readonly warn: (line: string) => void = () => {},
  ) {}

  /** @returns one outcome a picture, in their order; the same to the last bit for any batch size */
  inspect(pictures: readonly Picture[], request: EngineRequest): Promise<Outcome[]> {
    const mine = this.turn.then(() => this.inspectNow(pictures, request));
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  /** What the model wants to see. */
  get input(): InputRule {
    return this.detector.input;
  }

  /** In what the model's network runs. */
  get precision(): Precision {
    return this.detector.precision ?? 'float32';
  }

  /** The size in which the model sees a picture, or a tile of it. */
  inputSize(picture: Size): Size {
    return inputSize(this.inputs(picture).size, this.detector.input.resize);
  }

  /** Reads pictures by regions, so that large ones need not be in memory. */
  get byRegion(): boolean {
    return this.scorer.byRegion ?? false;
  }

  /** How many pictures like this one fill a batch of inputs; 1 at least. */
  picturesFor(picture: Size, batchSize: number): number {
    return Math.max(1, Math.floor(batchSize / this.inputs(picture).count));
  }

  /** Waits for calls that are under way, then frees the model. */
  async dispose(): Promise<void> {
    await this.turn;
    this.detector.dispose();
  }

  private inputs(picture: Size): ModelInputs {
    return this.scorer.inputs?.(picture) ?? { size: picture, count: 1 };
  }

  private async inspectNow(pictures: readonly Picture[], request: EngineRequest): Promise<Outcome[]> {
    const { clock = noClock } = request;
    const maps = request.map || request.defects !== null;
    const batchSize = Math.min(request.batchSize ?? 1, this.limit);
    let scores: PictureScore[];
    try {
      scores = await this.scorer.score(pictures, { maps, batchSize, clock });
    } catch (error) {
      if (isOutOfMemory(error)) return this.withLess(pictures, request, batchSize, error);
      requireDevice(error);
      if (pictures.length === 1) return [{ error }];
      // The failure belongs to one picture; the others must not have it.
      return (await inTurn(pictures, (picture) => this.inspectNow([picture], request))).flat();
    }
    return inTurn(scores, async (score, i) => {
      try {
        return { inspected: await clock.time('postprocess', 1, () => readOut(score, pictures[i], request)) };
      } catch (error) {
        requireDevice(error);
        return { error };
      } finally {
        score.dispose();
      }
    });
  }

  private async withLess(
    pictures: readonly Picture[],
    request: EngineRequest,
    batchSize: number,
    cause: Error,
  ): Promise<Outcome[]> {
    if (batchSize > 1) {
      this.limit = Math.floor(batchSize / 2);
      this.warn(`memory ran out with ${batchSize} inputs at a time; going on with ${this.limit}`);
      return this.inspectNow(pictures, request);
    }
    if (pictures.length > 1) {
      return (await inTurn(pictures, (picture) => this.inspectNow([picture], request))).flat();
    }
    const [{ source, width, height }] = pictures;
    const remedy = this.byRegion
      ? 'choose smaller tiles (--tile-size, --tile-halo), or a smaller input of the model'
      : 'inspect it in tiles (--tile-size), or with a smaller input of the model';
    return [
      {
        error: new DataError(`${source}: ${width} x ${height} pixels need more memory than there is; ${remedy}`, {
          cause,
        }),
      },
    ];
  }
}

/** A device that is gone is no fault of one picture: the walk ends, and what is written stays whole. */
function requireDevice(error: unknown): void {
  if (!isDeviceLost(error)) return;
  throw new UnsupportedBackendError(
    `the GPU no longer answers (${error.message.split('\n')[0]}); look at nvidia-smi and dmesg, then go on with --resume in a new process`,
    { cause: error },
  );
}

async function readOut(scored: PictureScore, picture: Picture, request: EngineRequest): Promise<Inspected> {
  const { score, seen } = scored;
  if (!Number.isFinite(score)) throw new DataError(`${picture.source}: the model gave the score ${score}`);
  const plain = scored.map();
  if (plain === null) return { score, seen, map: null, defects: null };
  const full = request.postprocess
    ? await postprocessMap(plain, request.postprocess).finally(() => plain.dispose())
    : plain;
  const { height, width } = picture;
  try {
    const map = request.map
      ? { height, width, data: (await full.data()) as Float32Array, ...(seen === null ? {} : { seen }) }
      : null;
    if (map?.data.some((value) => !Number.isFinite(value)) === true) {
      throw new DataError(`${picture.source}: the model gave a map with values that are not finite`);
    }
    if (request.defects === null) return { score, seen, map, defects: null };
    const imageSize = { height, width };
    return { score, seen, map, defects: await findDefects(full, { ...request.defects, imageSize }) };
  } finally {
    full.dispose();
  }
}

/** One after the other: what they share is one device. */
async function inTurn<A, B>(items: readonly A[], work: (item: A, place: number) => Promise<B>): Promise<B[]> {
  const results: B[] = [];
  for (const [place, item] of items.entries()) results.push(await work(item, place));
  return results;
}
