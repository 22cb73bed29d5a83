import type { DefectsConfig } from '../config/defects.js';
import type { Picture } from '../data/picture.js';
import type { References } from '../data/references.js';
import { findDefects, type DefectsResult } from '../defects/find-defects.js';
import type { RoiMask } from '../defects/roi.js';
import { DataError } from '../errors.js';
import type { Detector } from '../models/detector.js';
import type { Window } from '../ops/crop-window.js';
import { inputSize } from '../ops/input-size.js';
import { seenWindow } from '../ops/seen-window.js';
import { upsampleSmooth } from '../ops/upsample-smooth.js';
import { tf, type Tensor2D, type Tensor3D } from '../runtime/tf.js';
import { prepare } from './prepare.js';

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
  /** null leaves the defects stages out */
  readonly defects: DefectsPlan | null;
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

/**
 * One picture through the house: prepare -> model -> map of the picture's size -> defects, all on the device until the
 * read-back. Callers may overlap; the engine works on one picture at a time, in the order of the calls.
 */
export class Engine {
  private turn: Promise<unknown> = Promise.resolve();

  /** @param references for a detector that compares every picture with a reference of its own */
  constructor(
    readonly detector: Detector,
    private readonly references: References | null = null,
  ) {}

  /** @throws DataError when the model gives a score or a map that is not finite, or the picture has no fitting reference */
  inspect(picture: Picture, request: EngineRequest): Promise<Inspected> {
    const mine = this.turn.then(() => this.inspectNow(picture, request));
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  /** Waits for calls that are under way, then frees the model. */
  async dispose(): Promise<void> {
    await this.turn;
    this.detector.dispose();
  }

  private async inspectNow(picture: Picture, request: EngineRequest): Promise<Inspected> {
    const reference = await this.references?.of(picture);
    const pixels = prepare(picture, this.detector.input);
    const references = reference === undefined ? undefined : prepare(reference, this.detector.input);
    const scored = await this.detector
      .score({ pixels, references, sources: [picture.source], sizes: [picture] })
      .finally(() => tf.dispose([pixels, references]));
    const seen = seenWindow(picture, this.detector.input);
    try {
      const score = (await scored.scores.data())[0];
      if (!Number.isFinite(score)) throw new DataError(`${picture.source}: the model gave the score ${score}`);
      if (scored.maps === null || (!request.map && request.defects === null))
        return { score, seen, map: null, defects: null };
      const full = this.fullSizeMap(scored.maps, picture, seen);
      try {
        return { score, seen, ...(await this.readMap(full, picture, seen, request)) };
      } finally {
        full.dispose();
      }
    } finally {
      scored.scores.dispose();
      scored.maps?.dispose();
    }
  }

  private fullSizeMap(maps: Tensor3D, picture: Picture, seen: Window | null): Tensor2D {
    const { interpolation, sigma, border } = this.detector.map;
    const input = inputSize(picture, this.detector.input.resize);
    const scaled = { y: (sigma * picture.height) / input.height, x: (sigma * picture.width) / input.width };
    return tf.tidy(() => {
      const options = { interpolation, sigma: scaled, border };
      const part = upsampleSmooth(maps, seen ?? picture, options).squeeze<Tensor2D>([0]);
      return seen === null ? part : placed(part, seen, picture);
    });
  }

  private async readMap(
    full: Tensor2D,
    picture: Picture,
    seen: Window | null,
    request: EngineRequest,
  ): Promise<Pick<Inspected, 'map' | 'defects'>> {
    const { height, width } = picture;
    const map = request.map
      ? { height, width, data: (await full.data()) as Float32Array, ...(seen === null ? {} : { seen }) }
      : null;
    if (map?.data.some((value) => !Number.isFinite(value)) === true) {
      throw new DataError(`${picture.source}: the model gave a map with values that are not finite`);
    }
    if (request.defects === null) return { map, defects: null };
    const imageSize = { height, width };
    return { map, defects: await findDefects(full, { ...request.defects, imageSize }) };
  }
}

/** The map of a part in a map of the whole picture; 0 outside. */
function placed(part: Tensor2D, { top, left, height, width }: Window, picture: Picture): Tensor2D {
  return part.pad([
    [top, picture.height - top - height],
    [left, picture.width - left - width],
  ]);
}
