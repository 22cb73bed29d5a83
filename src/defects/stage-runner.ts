import { Draft } from './draft.js';
import { blobOf } from './geometry/blob.js';
import { type Components, componentsOf } from './labelling/components.js';
import { emptyRuns, type Runs } from './labelling/runs.js';
import { type DeviceMaps } from './map-stages/device-maps.js';
import { type Stage, type StageContext } from './stage.js';

/** What the picture is at a point between two stages. Each form can be made from the one before it. */
type State =
  | { readonly on: 'map' | 'mask' }
  | { readonly on: 'runs'; readonly runs: Runs }
  | { readonly on: 'components'; readonly components: Components }
  | { readonly on: 'regions'; readonly drafts: readonly Draft[] };

/** Runs stages one after the other and brings the picture into the form that each of them works on. */
export class StageRunner {
  private state: State = { on: 'map' };

  constructor(
    private readonly device: DeviceMaps,
    private readonly context: StageContext,
  ) {}

  async apply(stage: Stage): Promise<void> {
    const { device, context } = this;
    switch (stage.on) {
      case 'map':
        stage.apply(device, context);
        break;
      case 'mask':
        if (this.state.on !== 'map' && !(this.state.on === 'mask' && device.maskReady))
          device.upload(await this.runs());
        stage.apply(device, context);
        this.state = { on: 'mask' };
        break;
      case 'runs':
        this.state = { on: 'runs', runs: stage.apply(await this.runs(), context) };
        break;
      case 'components':
        this.state = { on: 'components', components: stage.apply(await this.components(), context) };
        break;
      case 'regions':
        this.state = { on: 'regions', drafts: stage.apply(await this.drafts(), context) };
    }
  }

  /** Makes the mask empty. */
  clear(): void {
    this.state = { on: 'runs', runs: emptyRuns(this.context.size) };
  }

  /** The regions at this point. */
  async drafts(): Promise<readonly Draft[]> {
    if (this.state.on === 'regions') return this.state.drafts;
    const components = await this.components();
    const drafts: Draft[] = [];
    for (let label = 0; label < components.count; label++) {
      drafts.push(new Draft(blobOf(components, [label]), this.context));
    }
    return drafts;
  }

  /** The foreground at this point: before the threshold what it would be, and among regions those still listed. */
  async foreground(): Promise<{ runs: Runs } | { drafts: readonly Draft[] }> {
    if (this.state.on === 'regions') return { drafts: this.state.drafts };
    if (this.state.on === 'map') return { runs: await this.device.readThreshold(this.context.levels.low) };
    return { runs: await this.runs() };
  }

  private async runs(): Promise<Runs> {
    if (this.state.on === 'runs') return this.state.runs;
    if (this.state.on === 'components') return this.state.components.runs;
    return this.device.readMask();
  }

  private async components(): Promise<Components> {
    if (this.state.on === 'components') return this.state.components;
    const runs = await this.runs();
    return componentsOf(runs, runs.count === 0 ? new Float32Array(0) : await this.device.readScores(runs));
  }
}
