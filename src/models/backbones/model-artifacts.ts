import { WeightsError } from '../../errors.js';
import type { io } from '@tensorflow/tfjs-core';
import type { ResolvedFile } from '../weights-store.js';

interface ModelJson {
  readonly modelTopology?: object;
  readonly format?: string;
  readonly weightsManifest?: readonly { paths: readonly string[]; weights: readonly io.WeightsManifestEntry[] }[];
}

/** The files of a manifest entry, the `model.json` first. */
interface ModelFiles {
  readonly id: string;
  readonly files: readonly Pick<ResolvedFile, 'name' | 'path' | 'read'>[];
}

/**
 * A tfjs model from verified bytes: the `model.json` is the first file of the entry, and every shard that it names must be one of the
 * others, so that nothing unverified is read.
 *
 * @throws WeightsError when the files do not make one model
 */
export async function readModelArtifacts(weights: ModelFiles): Promise<io.IOHandler> {
  const [first, ...shards] = weights.files;
  const model = parse(await first.read(), first.path);
  if (model.modelTopology === undefined || model.weightsManifest === undefined) {
    throw new WeightsError(`${first.path}: expected a tfjs model.json with modelTopology and weightsManifest`);
  }
  const parts: Uint8Array[] = [];
  for (const name of model.weightsManifest.flatMap((group) => group.paths)) {
    const shard = shards.find((file) => file.name === name);
    if (shard === undefined) {
      throw new WeightsError(
        `${first.path}: names the shard "${name}", which the manifest entry "${weights.id}" does not list`,
      );
    }
    parts.push(await shard.read());
  }
  const weightData = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    weightData.set(part, at);
    at += part.length;
  }
  return {
    load: () =>
      Promise.resolve({
        modelTopology: model.modelTopology,
        format: model.format,
        weightSpecs: model.weightsManifest!.flatMap((group) => [...group.weights]),
        weightData: weightData.buffer,
      }),
  };
}

function parse(bytes: Uint8Array, path: string): ModelJson {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as ModelJson;
  } catch (cause) {
    throw new WeightsError(`${path}: expected a tfjs model.json (${(cause as Error).message})`, { cause });
  }
}
