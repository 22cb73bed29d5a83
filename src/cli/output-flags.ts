import { decode, NonNegativeInteger, oneOf, PositiveInteger } from '../config/codec.js';
import { ConfigError } from '../errors.js';
import type { InspectToOutputs } from '../inference/inspect-to-outputs.js';
import { parseShard } from '../inference/shards/shard.js';
import type { SyncPolicy } from '../inference/sinks/jsonl.js';
import { parseNumber } from './parse.js';

/** The flags of `infer` that say how and where records are written, as they came. */
interface OutputFlags {
  readonly jsonl?: string;
  readonly overlayMaxSize?: string;
  readonly continueOnError: boolean;
  readonly maxErrors?: string;
  readonly resume: boolean;
  readonly shard?: string;
  readonly flushEvery?: string;
  readonly fsync?: string;
}

type Read = Pick<InspectToOutputs, 'continueOnError' | 'maxErrors' | 'resume' | 'shard' | 'sync'> & {
  readonly overlayMaxSize?: number;
};

const When = oneOf(['never', 'close', 'flush']);

/** @throws ConfigError that names the flag, for a wrong value and for flags that do not go together */
export function readOutputFlags(flags: OutputFlags): Read {
  const { jsonl, continueOnError, resume, shard, maxErrors, flushEvery, fsync } = flags;
  for (const [flag, value] of Object.entries({
    '--resume': resume || undefined,
    '--shard': shard,
    '--flush-every': flushEvery,
    '--fsync': fsync,
  })) {
    if (value !== undefined && jsonl === undefined) throw new ConfigError(`${flag} requires --save-jsonl`);
  }
  if (maxErrors !== undefined && !continueOnError) throw new ConfigError('--max-errors requires --continue-on-error');
  const overlay = parseNumber('--overlay-max-size', flags.overlayMaxSize);
  return {
    continueOnError,
    resume,
    maxErrors: whole('--max-errors', maxErrors) ?? 0,
    shard: shard === undefined ? null : parseShard(shard),
    sync: syncPolicy(whole('--flush-every', flushEvery), fsync),
    overlayMaxSize: overlay === undefined ? undefined : decode(PositiveInteger, overlay, '--overlay-max-size'),
  };
}

function syncPolicy(every = 0, fsync?: string): SyncPolicy {
  const when = fsync === undefined ? (every > 0 ? 'flush' : 'close') : decode(When, fsync, '--fsync');
  if (every > 0 && when !== 'flush') {
    throw new ConfigError(`--flush-every ${every}: does not go with --fsync ${when}; give one of them`);
  }
  return { when, every: Math.max(1, every) };
}

function whole(flag: string, text: string | undefined): number | undefined {
  const value = parseNumber(flag, text);
  return value === undefined ? undefined : decode(NonNegativeInteger, value, flag);
}
