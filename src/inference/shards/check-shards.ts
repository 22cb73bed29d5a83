import type { RunHeader } from '../../config/run-header.js';
import { ConfigError, DataError } from '../../errors.js';
import { headerDifference } from '../sinks/header-difference.js';
import { headerPath, readRunHeader } from '../sinks/run-header-file.js';

/** The records file of one shard, and what its header says. */
export interface ShardFile {
  readonly path: string;
  readonly header: RunHeader;
  readonly shard: NonNullable<RunHeader['shard']>;
}

/**
 * Checks by their headers that files are all the shards of one run, each once.
 *
 * @returns in the order of the shards
 * @throws ConfigError, DataError that names the file and what is wrong
 */
export function checkShards(paths: readonly string[]): ShardFile[] {
  const files = paths.map(readShard);
  const [first] = files;
  const byIndex = new Map<number, ShardFile>();
  for (const file of files) {
    const difference =
      headerDifference('settings', first.header.settings, file.header.settings) ??
      headerDifference('inputs', first.header.inputs, file.header.inputs);
    if (difference !== null) {
      const told = difference.replace(' was ', ' is ').replace(', now ', ' there, but ');
      throw new ConfigError(`${file.path}: is not of the same run as ${first.path} (${told}); merge shards of one run`);
    }
    const { index, count } = file.shard;
    if (count !== first.shard.count) {
      throw new ConfigError(
        `${file.path}: is shard ${index}/${count}, but ${first.path} is one of ${first.shard.count}`,
      );
    }
    const twin = byIndex.get(index);
    if (twin !== undefined)
      throw new ConfigError(`${file.path}: is shard ${index}/${count}, as ${twin.path} is; give each once`);
    byIndex.set(index, file);
  }
  const all = Array.from({ length: first.shard.count }, (_, i) => i + 1);
  const absent = all.filter((index) => !byIndex.has(index));
  if (absent.length > 0) {
    throw new ConfigError(
      `expected all ${all.length} shards, but ${absent.map((i) => `${i}/${all.length}`).join(', ')} is not there; give its file too`,
    );
  }
  return all.map((index) => byIndex.get(index) as ShardFile);
}

function readShard(path: string): ShardFile {
  const header = readRunHeader(path);
  if (header === null) {
    throw new DataError(`${headerPath(path)}: expected the header of a shard, found none; keep it beside its records`);
  }
  if (header.shard === null) throw new ConfigError(`${path}: is a whole run, not a shard; there is nothing to merge`);
  return { path, header, shard: header.shard };
}
