import type { TrainingRule } from '../../config/training-rule.js';
import type { Values } from '../../models/nets/module.js';
import { tf } from '../../runtime/tf.js';

/** Keeps the values with the lowest held-out loss, and says when to stop. */
export class EarlyStopping {
  private lowest = Infinity;
  /** What the next loss has to beat by the least improvement. */
  private mark = Infinity;
  private kept: Values | null = null;
  private without = 0;

  constructor(private readonly rule: Pick<TrainingRule, 'early_stopping_patience' | 'early_stopping_min_delta'>) {}

  /** The values with the lowest held-out loss so far; null before the first. */
  get best(): Values | null {
    return this.kept;
  }

  /**
   * @param values of this epoch, borrowed
   * @returns whether to stop: no better loss came for as many epochs as patience lasts
   */
  judge(loss: number, values: Values): boolean {
    const { early_stopping_patience: patience, early_stopping_min_delta: least } = this.rule;
    if (loss < this.mark - least) {
      this.mark = loss;
      this.without = 0;
    } else this.without++;
    // An improvement that is too small to go on for is still one to keep.
    if (loss < this.lowest) {
      this.lowest = loss;
      this.dispose();
      this.kept = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, tf.clone(value)]));
    }
    return patience !== null && this.without >= patience;
  }

  /** What a checkpoint keeps beside the best values. */
  get standing(): { lowest: number | null; mark: number | null; epochs_without: number } {
    return { lowest: finite(this.lowest), mark: finite(this.mark), epochs_without: this.without };
  }

  /** @param best owned from now on; empty before the first held-out loss */
  restore({ lowest, mark, epochs_without }: EarlyStopping['standing'], best: Values): void {
    this.lowest = lowest ?? Infinity;
    this.mark = mark ?? Infinity;
    this.without = epochs_without;
    this.dispose();
    this.kept = Object.keys(best).length > 0 ? best : null;
  }

  dispose(): void {
    if (this.kept !== null) tf.dispose(this.kept);
    this.kept = null;
  }
}

/** JSON knows no infinity. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
