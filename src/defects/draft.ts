import { describe } from './describe.js';
import { type Blob } from './geometry/blob.js';
import { reportedScore } from './geometry/reported-score.js';
import { type Region } from './region.js';
import { type StageContext } from './stage.js';

/**
 * A region on its way through the list stages, with the pixels that it consists of. Its fields are worked out when they are
 * first asked for: of thousands of regions the list often keeps a few, and those dropped on the way cost next to nothing.
 */
export class Draft {
  private known: Region | null = null;
  private knownMax: number | null = null;

  constructor(
    readonly blob: Blob,
    private readonly context: StageContext,
    private readonly describeBlob: (blob: Blob, context: StageContext) => Region = describe,
  ) {}

  get region(): Region {
    return (this.known ??= this.describeBlob(this.blob, this.context));
  }

  /** `region.score_max`, without the other fields. */
  get scoreMax(): number {
    return (this.knownMax ??= reportedScore(this.blob.scoreMax, this.context.semantics));
  }
}
