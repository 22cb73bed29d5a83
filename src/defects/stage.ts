import type { DefectsConfig } from '../config/defects.js';
import type { Size } from '../config/size.js';
import type { Draft } from './draft.js';
import type { Components } from './labelling/components.js';
import type { Runs } from './labelling/runs.js';
import type { Levels } from './levels.js';
import type { DeviceMaps } from './map-stages/device-maps.js';
import type { Dropped } from './trace.js';

/** 1: the order and formulas of the Python system. 2: what new configs get. */
export type Semantics = 1 | 2;

/** What every stage may know. */
export interface StageContext {
  readonly config: DefectsConfig;
  readonly semantics: Semantics;
  readonly levels: Levels;
  /** Of the map. */
  readonly size: Size;
  /** The region of interest; null: the whole map. */
  readonly roi: Runs | null;
  /** Of the picture; given when the config has `image_space`. */
  readonly imageSize?: Size;
  /** Notes why something was dropped; what to note is worked out only when the trace is on. */
  drop(dropped: () => Dropped): void;
  /** Makes `runs` the mask of the result, whatever later stages do. */
  keepMask(runs: Runs): void;
}

interface Named {
  readonly name: string;
  /** False: the stage would change nothing, and is not run. */
  active(context: StageContext): boolean;
}

/** Changes the map before it is thresholded, as a tensor. Depends on the config alone, so that calibration can run it. */
export interface MapStage {
  readonly name: string;
  readonly on: 'map';
  active(context: Pick<StageContext, 'config'>): boolean;
  apply(device: DeviceMaps, context: Pick<StageContext, 'config'>): void;
}
/** Makes the mask of the map, or changes it, as a tensor. */
export interface MaskStage extends Named {
  readonly on: 'mask';
  apply(device: DeviceMaps, context: StageContext): void;
}
/** Changes the mask, as runs. */
export interface RunsStage extends Named {
  readonly on: 'runs';
  apply(runs: Runs, context: StageContext): Runs;
}
/** Chooses among the components of the mask. */
export interface ComponentsStage extends Named {
  readonly on: 'components';
  apply(components: Components, context: StageContext): Components;
}
/** Changes the list of regions. */
export interface RegionsStage extends Named {
  readonly on: 'regions';
  apply(drafts: readonly Draft[], context: StageContext): readonly Draft[];
}

/** One step from map to regions. */
export type Stage = MapStage | MaskStage | RunsStage | ComponentsStage | RegionsStage;
