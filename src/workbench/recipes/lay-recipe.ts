import { overlay } from '../../config/overlay.js';
import type { Recipe } from './recipe.js';

type Json = Record<string, unknown>;

/**
 * Lays a document over the defaults of a recipe, key by key. Tiles are one thing: where the document or the flags choose their size, the
 * recipe's stride and blending would not fit them, and are left out. A model of the document takes no parameters of another.
 *
 * @param ownTiles whether a tile size was chosen
 */
export function layRecipe({ defaults }: Recipe, document: unknown, ownTiles: boolean): Json {
  const { adaptation, model, ...rest } = defaults as Record<string, Json | undefined>;
  const { tiling, ...others } = adaptation ?? {};
  const given = (document ?? {}) as Json;
  const named = (given.model as Json | undefined)?.name;
  const { model_kwargs, ...chosen } = model ?? {};
  const kept = named === undefined || named === chosen.name ? { ...chosen, model_kwargs } : chosen;
  const under = {
    ...rest,
    ...(model === undefined ? {} : { model: kept }),
    adaptation: { ...others, ...(ownTiles ? {} : { tiling }) },
  };
  return overlay(overlay(undefined, under), document) as Json;
}
