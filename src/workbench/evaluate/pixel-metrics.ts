import type { DatasetItem } from '../../data/dataset.js';
import type { AnomalyMap } from '../../inference/engine.js';
import { Aupro } from '../metrics/aupro.js';
import { PixelRanking } from '../metrics/pixel-ranking.js';

export interface PixelMetricsResult {
  readonly pixel_auroc: number | null;
  readonly aupro: number | null;
  /** Why the metrics are null; null when they are not. */
  readonly pixel_metrics_missing: string | null;
}

/** The false positive rate up to which AUPRO is integrated, as in the MVTec papers. */
const AUPRO_LIMIT = 0.3;

/** Pixel AUROC and AUPRO over a data set; one defect without a mask makes both unknown, not wrong. */
export class PixelMetrics {
  private readonly ranking = new PixelRanking();
  private readonly aupro = new Aupro();
  private missing: string | null = 'the model gives no maps';

  /** @param mask the ground truth, or null where a defect has none */
  add(map: AnomalyMap, mask: Uint8Array | null, item: DatasetItem): void {
    if (this.missing === 'the model gives no maps') this.missing = null;
    if (mask === null) {
      this.missing ??= `there is no mask for ${item.source.name}`;
      return;
    }
    this.ranking.add(map.data, mask, map);
    this.aupro.add(map.data, mask, map);
  }

  result(): PixelMetricsResult {
    if (this.missing !== null) return { pixel_auroc: null, aupro: null, pixel_metrics_missing: this.missing };
    const pixel_auroc = this.ranking.result().auroc;
    const { aupro } = this.aupro.result(AUPRO_LIMIT);
    const missing = pixel_auroc === null ? 'there is no defective pixel to compare with' : null;
    return { pixel_auroc, aupro, pixel_metrics_missing: missing };
  }
}
