import { blendTiles } from '../../ops/blend-tiles.js';
import { onGpu } from '../../runtime/on-gpu.js';
import { tf, type Tensor2D } from '../../runtime/tf.js';
import type { TilePlan } from './tile-plan.js';

/**
 * Puts the maps of tiles together, from the top down, as soon as they are there: a row of tiles becomes a strip of the picture's width, and
 * strips become bands of finished rows. Of a large picture there are only the strips in work and what is finished. The result does not depend
 * on the order in which tiles come.
 *
 * Where tensors lie in host memory finished bands are laid into one array there, because joining them as tensors would take the memory of the
 * map twice.
 */
export class TileStitcher {
  /** Tiles of rows that are not complete. */
  private readonly tiles = new Map<number, Map<number, Tensor2D>>();
  /** Complete rows of tiles. */
  private readonly strips = new Map<number, Tensor2D>();
  private readonly canvas: Float32Array | null;
  private readonly bands: Tensor2D[] = [];
  /** The first row of tiles, and the first segment, that have not become bands. */
  private row = 0;
  private segment = 0;

  constructor(private readonly plan: TilePlan) {
    const { rows, columns } = plan;
    this.canvas = onGpu() ? null : new Float32Array(rows.length * columns.length);
  }

  /** @param map `[side, side]` of what the model saw for the tile, taken over */
  async put(place: number, map: Tensor2D): Promise<void> {
    const { rows, columns, readRows, readColumns } = this.plan;
    const [row, column] = [Math.floor(place / columns.origins.length), place % columns.origins.length];
    const tiles = this.tiles.get(row) ?? new Map<number, Tensor2D>();
    this.tiles.set(row, tiles);
    const cut: [number, number] = [readRows[row].cut, readColumns[column].cut];
    tiles.set(column, map.slice(cut, [rows.extent, columns.extent]));
    map.dispose();
    if (tiles.size < columns.origins.length) return;
    this.tiles.delete(row);
    this.strips.set(row, this.strip(tiles));
    while (this.strips.has(this.row)) await this.finishRow();
  }

  /** The map of the picture, once all its tiles are there; owned by the caller. Called once. */
  take(): Tensor2D {
    const { rows, columns } = this.plan;
    if (this.canvas !== null) return tf.tensor2d(this.canvas, [rows.length, columns.length]);
    const whole = tf.concat(this.bands, 0);
    this.dispose();
    return whole;
  }

  dispose(): void {
    for (const tiles of this.tiles.values()) tf.dispose([...tiles.values()]);
    tf.dispose([...this.strips.values(), ...this.bands]);
    this.tiles.clear();
    this.strips.clear();
    this.bands.length = 0;
  }

  private strip(tiles: ReadonlyMap<number, Tensor2D>): Tensor2D {
    const { rows, columns } = this.plan;
    const parts = columns.segments.map((segment) => blendTiles(segment, columns, tiles, rows.extent, 1));
    tf.dispose([...tiles.values()]);
    if (parts.length === 1) return parts[0];
    const strip = tf.concat(parts, 1);
    tf.dispose(parts);
    return strip;
  }

  /** Lays what no later row of tiles reaches, and frees the strips that nothing below needs. */
  private async finishRow(): Promise<void> {
    const { rows, columns } = this.plan;
    this.row += 1;
    for (; this.segment < rows.segments.length; this.segment++) {
      const segment = rows.segments[this.segment];
      if (segment.tiles.some((row) => row >= this.row)) break;
      await this.lay(segment.start, blendTiles(segment, rows, this.strips, columns.length, 0));
    }
    const open = new Set(rows.segments.slice(this.segment).flatMap(({ tiles }) => tiles));
    for (const [row, strip] of this.strips) {
      if (row >= this.row || open.has(row)) continue;
      strip.dispose();
      this.strips.delete(row);
    }
  }

  private async lay(top: number, band: Tensor2D): Promise<void> {
    if (this.canvas === null) {
      this.bands.push(band);
      return;
    }
    try {
      this.canvas.set((await band.data()) as Float32Array, top * this.plan.columns.length);
    } finally {
      band.dispose();
    }
  }
}
