import { refine, t } from './codec.js';

/** A path that stays below the folder of the document that names it. */
export const RelativePath = refine(
  'relative path without ".."',
  t.string,
  (path) => path !== '' && !/^([/\\]|[a-zA-Z]:)/.test(path) && !path.split(/[/\\]/).includes('..'),
  { minLength: 1, pattern: '^(?![/\\\\]|[a-zA-Z]:)(?!(?:.*[/\\\\])?\\.\\.(?:[/\\\\]|$))' },
);
