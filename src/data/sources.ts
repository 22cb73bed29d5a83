import { stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { DataError } from '../errors.js';
import { codePointOrder } from './code-point-order.js';
import { readManifest } from './datasets/manifest.js';
import type { DecodeOptions } from './decode-options.js';
import { fileTrouble } from './file-trouble.js';
import { hasPictureSuffix, listPictures, PICTURE_SUFFIXES } from './list-pictures.js';
import type { PictureSource } from './picture.js';
import { pictureSource } from './picture-source.js';

/**
 * The pictures that files, folders (with everything below them), manifests (`.jsonl`) and globs name. The inputs keep their order; what a folder or
 * a glob gives is in code point order. A picture that is named twice is there once, under its first name.
 *
 * @throws DataError when an input does not exist, gives no picture, or is a file that is not called like one
 */
export async function openSources(
  inputs: string | readonly string[],
  options: DecodeOptions = {},
): Promise<PictureSource[]> {
  const list = typeof inputs === 'string' ? [inputs] : inputs;
  if (list.length === 0) throw new DataError('expected a file, a folder or a glob of pictures, got none; name one');
  const byFile = new Map<string, string>();
  for (const input of list) {
    for (const path of await pathsOf(input)) {
      const file = resolve(path);
      if (!byFile.has(file)) byFile.set(file, path);
    }
  }
  return [...byFile.values()].map((path) => pictureSource(path, options));
}

async function pathsOf(input: string): Promise<string[]> {
  if (input === '')
    throw new DataError('expected a file, a folder or a glob of pictures, got an empty string; name one');
  let trouble: unknown;
  const found = await stat(input).catch((error: unknown) => {
    trouble = error;
    return null;
  });
  if (found?.isDirectory()) {
    const paths = await listPictures(input);
    if (paths.length === 0) throw new DataError(`${input}: the folder holds no picture (${suffixes}); check the path`);
    return paths;
  }
  if (found !== null) {
    if (input.toLowerCase().endsWith('.jsonl')) return (await readManifest(input, {})).map(({ source }) => source.name);
    if (!hasPictureSuffix(input)) {
      throw new DataError(
        `${input}: expected a file that ends in ${suffixes}; convert it, or give it its proper suffix`,
      );
    }
    return [input];
  }
  // What exists under its literal name is no glob, even with brackets in it.
  if (!isDynamicPattern(input)) {
    throw new DataError(`${input}: cannot be opened, because ${fileTrouble(trouble)}`, { cause: trouble });
  }
  const files = await glob(input, { expandDirectories: false, absolute: isAbsolute(input) });
  const matches = files.filter(hasPictureSuffix);
  if (matches.length === 0) throw new DataError(`${input}: the glob matches no picture (${suffixes}); check it`);
  return matches.sort(codePointOrder);
}

const suffixes = PICTURE_SUFFIXES.join(', ');
