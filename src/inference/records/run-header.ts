import type { RunHeader } from '../../config/run-header.js';
import { onGpu } from '../../runtime/on-gpu.js';
import { packageVersion } from '../../runtime/package-version.js';
import { tf } from '../../runtime/tf.js';
import type { InspectToOutputs } from '../inspect-to-outputs.js';
import { NamesDigest } from '../sinks/run-header-file.js';

type HeaderRequest = Pick<
  InspectToOutputs,
  'run' | 'sources' | 'shard' | 'folders' | 'continueOnError' | 'maps' | 'references' | 'regions' | 'confidence'
>;

/** What a run is about to write, and from what. @param pictures how many of the inputs are this run's own */
export function runHeader(request: HeaderRequest, pictures: number): RunHeader {
  const { run, sources, shard, folders, continueOnError } = request;
  const { info } = run;
  const names = new NamesDigest();
  for (const { name } of sources) names.add(name);
  return {
    schema_version: 1,
    settings: {
      imgano_version: packageVersion,
      model: info.model,
      config_sha256: info.configSha256,
      backend: tf.getBackend(),
      device: onGpu() ? 'gpu' : 'cpu',
      precision: info.precision,
      maps: request.maps,
      defects: info.defectsEnabled,
      continue_on_error: continueOnError,
      ...(request.confidence === true ? { confidence: true } : {}),
      references: request.references,
    },
    inputs: names.digest(),
    shard: shard === null ? null : { ...shard, pictures },
    outputs: {
      maps: folders.mapsNamed ?? folders.maps ?? null,
      masks: folders.masks ?? null,
      overlays: folders.overlays ?? null,
      overlay_max_size: folders.overlayMaxSize ?? null,
      regions: request.regions ?? null,
    },
  };
}
