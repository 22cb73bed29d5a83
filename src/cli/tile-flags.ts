import { Option } from 'clipanion';
import { DefectsFlags } from './defects-flags.js';

/** The flags of a command that puts pictures through a model: those of the defects stages, and those of tiles. Not given leaves the config alone. */
export abstract class TileFlags extends DefectsFlags {
  tileSize = Option.String('--tile-size', {
    description: 'look at pictures in square tiles of so many of their own pixels',
  });
  tileStride = Option.String('--tile-stride', {
    description: 'pixels from one tile to the next; default: the tile size',
  });
  tileOverlap = Option.String('--tile-overlap', { description: 'pixels that tiles share, instead of --tile-stride' });
  tileHalo = Option.String('--tile-halo', {
    description: 'pixels around every tile that the model sees too; its map is cut back by them; default 0',
  });
  tileMapReduce = Option.String('--tile-map-reduce', {
    description: 'maps where tiles overlap: max (default), mean, hann, gaussian, or own (from the most central tile)',
  });
  tileScoreReduce = Option.String('--tile-score-reduce', {
    description: 'the score of a picture from its tiles: max (default), mean or topk_mean',
  });
  tileScoreTopk = Option.String('--tile-score-topk', {
    description: 'the share of the highest tile scores that topk_mean averages; default 0.1',
  });

  /** What was given, as keys of `adaptation.tiling`. @throws ConfigError that names the flag */
  protected async tilingOverrides(): Promise<Record<string, unknown>> {
    const { tilingOfFlags } = await import('./tiling-of-flags.js');
    return tilingOfFlags(this);
  }
}
