import { ConfigError } from '../../errors.js';

/** The part `index` (from 1 to `count`) of a run. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads `--shard`: `I/N` with I from 1 to N; `auto`, which takes both numbers from the environment of a Slurm array task or of a
 * pod of a Kubernetes indexed Job; or `auto/N`, which takes I alone, from an index that counts from 0.
 *
 * @throws ConfigError that says which numbers or variables were expected
 */
export function parseShard(text: string, env: Environment = process.env): Shard {
  if (text === 'auto') return ofSlurm(env) ?? ofKubernetes(env) ?? nothingFound();
  const auto = /^auto\/(\d+)$/.exec(text);
  if (auto !== null) {
    const index = env.SLURM_ARRAY_TASK_ID ?? env.JOB_COMPLETION_INDEX ?? nothingFound();
    return checked(Number(index) + 1, Number(auto[1]), `index ${index} (counted from 0) of ${auto[1]}`);
  }
  const given = /^(\d+)\/(\d+)$/.exec(text);
  if (given === null) throw wrong(`"${text}"`);
  return checked(Number(given[1]), Number(given[2]), `"${text}"`);
}

function ofSlurm(env: Environment): Shard | null {
  if (env.SLURM_ARRAY_TASK_ID === undefined) return null;
  const number = (name: string, otherwise?: string) => Number(env[name] ?? otherwise ?? NaN);
  const [id, count, first] = ['ID', 'COUNT', 'MIN'].map((name) => number(`SLURM_ARRAY_TASK_${name}`));
  const [last, step] = [number('SLURM_ARRAY_TASK_MAX'), number('SLURM_ARRAY_TASK_STEP', '1')];
  // `--array=1,4,9` numbers its tasks as it likes: which part a task is cannot be told from there.
  if ((last - first) / step + 1 !== count) {
    throw new ConfigError(
      `--shard auto: expected a Slurm array without gaps, such as --array=0-7, got task ${env.SLURM_ARRAY_TASK_ID} of an array from ` +
        `${env.SLURM_ARRAY_TASK_MIN} to ${env.SLURM_ARRAY_TASK_MAX} with ${env.SLURM_ARRAY_TASK_COUNT} tasks; give --shard I/N`,
    );
  }
  return checked((id - first) / step + 1, count, `task ${id} of ${count}`);
}

function ofKubernetes(env: Environment): Shard | null {
  if (env.JOB_COMPLETION_INDEX === undefined) return null;
  if (env.JOB_COMPLETIONS === undefined) {
    throw new ConfigError(
      '--shard auto: Kubernetes tells JOB_COMPLETION_INDEX, but not of how many; set JOB_COMPLETIONS in the pod, or give --shard auto/N',
    );
  }
  const { JOB_COMPLETION_INDEX: index, JOB_COMPLETIONS: count } = env;
  return checked(Number(index) + 1, Number(count), `index ${index} (counted from 0) of ${count}`);
}

function checked(index: number, count: number, got: string): Shard {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(count) || index < 1 || index > count) throw wrong(got);
  return { index, count };
}

function wrong(got: string): ConfigError {
  return new ConfigError(`--shard: expected I/N with I from 1 to N, such as 1/3, or auto, got ${got}`);
}

function nothingFound(): never {
  throw new ConfigError(
    '--shard auto: expected SLURM_ARRAY_TASK_ID (a Slurm array) or JOB_COMPLETION_INDEX (a Kubernetes indexed Job) in the environment, found neither; give --shard I/N',
  );
}
