import type { Recipe } from '../workbench/recipes/recipe.js';
import { findRecipe } from '../workbench/recipes/find-recipe.js';
import { RECIPES } from '../workbench/recipes/recipes.js';
import type { TableContent } from './table.js';

type Shown = readonly [document: object, table: TableContent];

/** All recipes, as a document and a table. */
export function recipesReport(): Shown {
  const rows = RECIPES.map(({ name, summary, tags }) => [name, tags.join(' '), summary]);
  return [{ recipes: RECIPES.map(asDocument) }, { columns: ['recipe', 'tags', 'what it is good for'], rows }];
}

/** One recipe. @throws ConfigError for an unknown name */
export function recipeReport(name: string): Shown {
  const document = asDocument(findRecipe(name, '--recipe-info'));
  const rows = [
    ['what it is good for', document.summary],
    ['tags', document.tags.join(' ')],
    ['has to be named', document.needs.join(', ') || 'nothing beside the data'],
    ['defaults', JSON.stringify(document.defaults)],
  ];
  return [document, { columns: ['recipe', document.name], rows }];
}

function asDocument({ name, summary, tags, needs, defaults }: Recipe) {
  return { name, summary, tags: [...tags], needs: [...needs], defaults };
}
