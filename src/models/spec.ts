import type { t } from '../config/codec.js';
import type { Precision } from '../runtime/compile/precision.js';
import type { Detector } from './detector.js';
import type { WeightsStore } from './weights-store.js';

/** What a detector may need from outside while it is made. */
export interface ModelEnvironment {
  readonly weights: WeightsStore;
  /** In what trained networks are to run, where the machine can; float32 by default. */
  readonly precision?: Precision;
  /** Is told why one runs in float32 all the same, as a sentence without its end. */
  readonly onFloat32?: (why: string) => void;
}

/** A registry entry: data from which lists, docs, checks and contract tests are made; `load` alone brings code. */
export interface ModelSpec<P = unknown> {
  /** The field's name of the model, for example `vision_patchcore`. */
  readonly name: string;
  /** Other names by which it is found; files and messages carry `name`. */
  readonly aliases?: readonly string[];
  readonly title: string;
  /** One sentence: what it learns and what it is good for. */
  readonly summary: string;
  /** Where the formula comes from. */
  readonly paper: string;
  readonly family:
    | 'memory-bank'
    | 'gaussian'
    | 'template'
    | 'distillation'
    | 'flow'
    | 'reconstruction'
    | 'discriminative'
    | 'one-class'
    | 'classical';
  readonly outputs: readonly ('score' | 'map')[];
  readonly needs: {
    readonly backbone: boolean;
    readonly gradients: boolean;
    /** Every picture is compared with a reference of its own, which has to be given. */
    readonly references?: boolean;
    /** Whether it learns from labelled defects where there are some, or cannot be fitted without; absent = good pictures alone. */
    readonly defects?: 'optional' | 'required';
    /** Whether it learns from pictures of other things where there are some; absent = it has no use for them. */
    readonly others?: 'optional';
    /** Kernels beyond those that every backend has. */
    readonly kernels?: readonly string[];
  };
  /** Parameters with their defaults; `decode(params, {}, ...)` gives the defaults. */
  readonly params: t.Type<P, unknown>;
  /** Makes an unfitted detector; imports its code first. */
  create(params: P, environment: ModelEnvironment): Promise<Detector>;
}
