import { decode, oneOf } from '../../config/codec.js';
import type { Recipe } from './recipe.js';
import { RECIPES } from './recipes.js';

const Name = oneOf(RECIPES.map(({ name }) => name));

/**
 * @param where what the user calls the place of the name
 * @throws ConfigError for a name that no recipe has, with the closest one
 */
export function findRecipe(name: unknown, where: string): Recipe {
  const known = decode(Name, name, where);
  return RECIPES.find((recipe) => recipe.name === known) as Recipe;
}
