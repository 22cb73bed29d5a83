import type { QueueName, StageName } from './stages.js';

/** Takes the time of stages. Whoever does the work holds one; most runs hold the one that does nothing. */
export interface StageClock {
  /** Does the work and counts its time, shared equally among so many pictures. A failure counts too. */
  time<T>(stage: StageName, pictures: number, work: () => T | Promise<T>): Promise<T>;
  /** Counts time that was taken elsewhere, in a decode worker say. */
  add(stage: StageName, milliseconds: number): void;
  /** Counts the time that one picture spent in a queue, or that the device waited for one. */
  wait(queue: QueueName, milliseconds: number): void;
}

/** Takes no time. */
export const noClock: StageClock = {
  time: async (_stage, _pictures, work) => work(),
  add() {},
  wait() {},
};
