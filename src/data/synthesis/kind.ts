import type { Random } from '../../runtime/random.js';
import type { Surface } from './surface.js';

/** Makes a defect on a part: an altered plan. `severity` is 0..1; what is small at 0 is plain at 1. */
export type Defect<Plan> = (plan: Plan, random: Random, severity: number) => Plan;

/** A kind of product: how one part of it is drawn up, how it looks, and what can be wrong with it. */
export interface Kind<Plan> {
  readonly name: string;
  /** One good part, with the variation that good parts have. */
  plan(random: Random): Plan;
  /** Equal plans look equal. */
  render(plan: Plan, side: number): Surface;
  readonly defects: Readonly<Record<string, Defect<Plan>>>;
}
