import { ConfigError, NotFittedError, WeightsError } from '../../errors.js';
import { tf, type Tensor } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext, FitSource } from '../detector.js';
import type { LearnedTensors, Scorer } from '../learned-detector.js';
import { loadModel } from '../model-files.js';
import { requireLearned } from '../require-learned.js';
import type { PatchcoreOnlineParams } from './patchcore-online-params.js';
import { PictureBankDetector } from './picture-bank-detector.js';
import { SpreadBank, type SpreadBankState } from './spread-bank.js';

/**
 * A bounded bank of one row a picture that later good pictures extend: learning some pictures, saving, loading and learning others gives
 * the bank that learning all of them in this order gives.
 */
export class PatchcoreOnline extends PictureBankDetector<PatchcoreOnlineParams> {
  private current: LearnedTensors | null = null;
  private extended: LearnedTensors | null = null;

  /** @param extractor owned by the detector from now on */
  constructor(params: PatchcoreOnlineParams, extractor: FeatureExtractor) {
    super('vision_patchcore_online', params, extractor);
  }

  /**
   * Learns further good pictures.
   *
   * @throws NotFittedError when there is no bank yet; whatever `fit` throws, and then the bank stays as it was
   */
  async extend(source: FitSource, context: FitContext): Promise<void> {
    if (this.current === null) {
      throw new NotFittedError(`${this.name}: there is no bank to extend; fit or load the model first`);
    }
    this.extended = this.current;
    try {
      await this.fit(source, context);
    } finally {
      this.extended = null;
    }
  }

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const before = await this.before();
    const bank = new SpreadBank(this.params.max_bank, before);
    let kept = 0;
    for await (const row of this.rowsOf(source, context)) kept += bank.add(row) ? 1 : 0;
    const { rows, squared, partners } = bank.state;
    context.progress.info(
      `${kept} of ${source.count} pictures were new to the bank, which has ${rows.length} rows now`,
    );
    return {
      bank: tf.tidy(() => tf.stack(rows.map((row) => tf.tensor1d(row)))),
      // A single row has no nearest other one.
      squared: tf.tensor1d(squared.map((value) => (Number.isFinite(value) ? value : -1))),
      partners: tf.tensor1d([...partners], 'float32'),
    };
  }

  protected override scorerOf(learned: LearnedTensors): Scorer {
    const scorer = super.scorerOf(learned);
    this.current = learned;
    return scorer;
  }

  private async before(): Promise<SpreadBankState | undefined> {
    if (this.extended !== null) return this.stateOf(this.extended);
    const { start_from } = this.params;
    if (start_from === null) return undefined;
    const { tensors } = await loadModel(start_from, this.description());
    try {
      return await this.stateOf(tensors);
    } finally {
      tf.dispose(tensors);
    }
  }

  private async stateOf(learned: LearnedTensors): Promise<SpreadBankState> {
    requireLearned(this.name, learned, { bank: [null, null], squared: [null], partners: [null] });
    const [count, width] = learned.bank.shape;
    if (count > this.params.max_bank) {
      throw new ConfigError(`max_bank: the bank to extend has ${count} rows already, got ${this.params.max_bank}`);
    }
    const [bank, squared, partners] = await Promise.all(
      [learned.bank, learned.squared, learned.partners].map(async (tensor: Tensor) => Array.from(await tensor.data())),
    );
    if (squared.length !== count || partners.length !== count || partners.some((i) => i >= count)) {
      throw new WeightsError(`${this.name}: the bank to extend is not whole; train again`);
    }
    return {
      rows: Array.from({ length: count }, (_, i) => Float32Array.from(bank.slice(i * width, (i + 1) * width))),
      squared: squared.map((value) => (value < 0 ? Infinity : value)),
      partners,
    };
  }
}
