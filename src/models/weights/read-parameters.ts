import type { WeightsEntry } from '../../config/weights-manifest.js';
import { WeightsError } from '../../errors.js';
import type { Network } from '../backbones/network.js';
import type { ResolvedFile } from '../weights-store.js';
import { readCheckpoint } from './checkpoint.js';
import { matchParameters, type ParameterValues } from './match-parameters.js';

/**
 * The tensors of a network from its checkpoint, every one of which is accounted for.
 *
 * @throws WeightsError when the file is damaged, of another format than the entry says, or of another network
 */
export async function readParameters(
  file: Pick<ResolvedFile, 'path' | 'read'>,
  entry: Pick<WeightsEntry, 'id' | 'format'>,
  { parameters, dropped }: Network,
): Promise<ParameterValues> {
  const checkpoint = await readCheckpoint(file);
  if (checkpoint.format !== entry.format) {
    throw new WeightsError(
      `${file.path}: expected ${entry.format}, as the manifest entry "${entry.id}" says, got ${checkpoint.format}; ` +
        `convert the file, or write an entry with the format ${checkpoint.format}`,
    );
  }
  return matchParameters(checkpoint, parameters, dropped);
}
