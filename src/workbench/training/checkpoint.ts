import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decode } from '../../config/codec.js';
import { TrainingCheckpoint } from '../../config/training-checkpoint.js';
import { writeFileWhole } from '../../data/write-whole.js';
import { DataError } from '../../errors.js';
import { canonicalJson } from '../../inference/records/canonical-json.js';
import type { Values } from '../../models/nets/module.js';
import { loadTensors, saveTensors } from '../../models/tensor-file.js';
import type { TrainingTask } from '../../models/training/training-task.js';
import { tf } from '../../runtime/tf.js';

export interface CheckpointRule {
  /** Is made when the first checkpoint is written. */
  readonly dir: string;
  /** Epochs between two checkpoints; one is written as well when the training is stopped. */
  readonly everyEpochs: number;
  /** What has to be the same for a training to go on, by what it is; asked when a training begins. */
  madeWith(): Readonly<Record<string, string>>;
}

type Standing = Omit<TrainingCheckpoint, 'schema_version' | 'model' | 'made_with' | 'tensors'>;

/** The place where one training is kept so that it can go on: a JSON document that names a file of tensors, replaced together. */
export class Checkpoint {
  private constructor(
    private readonly rule: CheckpointRule,
    private readonly task: TrainingTask,
    /** Tells the trainings of one fit apart. */
    private readonly index: number,
    private readonly madeWith: Readonly<Record<string, string>>,
  ) {}

  static async of(rule: CheckpointRule, task: TrainingTask, index: number): Promise<Checkpoint> {
    const madeWith = {
      ...rule.madeWith(),
      'training rule': digestOf(task.rule),
      'start of the network': await startDigest(task),
    };
    return new Checkpoint(rule, task, index, madeWith);
  }

  get dir(): string {
    return this.rule.dir;
  }

  isDue(epoch: number): boolean {
    return (epoch + 1) % this.rule.everyEpochs === 0;
  }

  /**
   * @returns where the training stands, with tensors owned by the caller; null when there is no checkpoint
   * @throws DataError when it was made with something else; WeightsError when its tensors were altered
   */
  async read(): Promise<{ standing: Standing; tensors: Values } | null> {
    if (!existsSync(this.path)) return null;
    const document = decode(TrainingCheckpoint, JSON.parse(await readFile(this.path, 'utf8')), this.path);
    const { made_with, model, tensors: file, ...standing } = document;
    const other = Object.keys(this.madeWith).find((key) => made_with[key] !== this.madeWith[key]);
    if (model !== this.task.name || other !== undefined) {
      throw new DataError(
        `${this.rule.dir}: the checkpoint was made with another ${other ?? 'model'}, so the training cannot go on; ` +
          'train with what it was made with, or remove the folder to begin anew',
      );
    }
    const stored = await loadTensors(join(this.rule.dir, file));
    const entries = Object.entries(stored).map(
      ([name, { shape, data }]) => [name, tf.tensor(data, [...shape])] as const,
    );
    return { standing, tensors: Object.fromEntries(entries) };
  }

  /** @param tensors borrowed */
  async write(standing: Standing, tensors: Values): Promise<void> {
    await mkdir(this.rule.dir, { recursive: true });
    const file = `${this.stem}-step-${standing.steps}${standing.finished ? '-end' : ''}.safetensors`;
    const entries = Object.entries(tensors).map(
      async ([name, tensor]) => [name, { shape: tensor.shape, data: (await tensor.data()) as Float32Array }] as const,
    );
    await saveTensors(join(this.rule.dir, file), Object.fromEntries(await Promise.all(entries)));
    const document: TrainingCheckpoint = {
      schema_version: 1,
      model: this.task.name,
      made_with: this.madeWith,
      tensors: file,
      ...standing,
    };
    await writeFileWhole(this.path, `${canonicalJson(document, 2)}\n`);
    const old = (await readdir(this.rule.dir)).filter((name) => name.startsWith(`${this.stem}-step-`) && name !== file);
    await Promise.all(old.map((name) => rm(join(this.rule.dir, name), { force: true })));
  }

  private get path(): string {
    return join(this.rule.dir, `${this.stem}.json`);
  }

  private get stem(): string {
    return `training-${this.index}`;
  }
}

/** sha256 of plain data. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

async function startDigest({ start, statistics = {} }: TrainingTask): Promise<string> {
  const digest = createHash('sha256');
  for (const [name, tensor] of Object.entries({ ...start, ...statistics })) {
    const data = (await tensor.data()) as Float32Array;
    digest.update(`${name} ${tensor.shape.join()}\n`);
    digest.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return digest.digest('hex');
}
