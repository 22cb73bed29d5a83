import { CalibrateCommand } from './commands/calibrate.js';
import { BundleExportCommand } from './commands/bundle-export.js';
import { BundleRunCommand } from './commands/bundle-run.js';
import { BundleVerifyCommand } from './commands/bundle-verify.js';
import { BundleWatchCommand } from './commands/bundle-watch.js';
import { BenchmarkCommand } from './commands/benchmark.js';
import { DefectsCommand } from './commands/defects.js';
import { DemoCommand } from './commands/demo.js';
import { DoctorCommand } from './commands/doctor.js';
import { DriftCommand } from './commands/drift.js';
import { EvaluateCommand } from './commands/evaluate.js';
import { InferCommand } from './commands/infer.js';
import { MergeCommand } from './commands/merge.js';
import { ModelsListCommand, ModelsShowCommand } from './commands/models.js';
import { NativeInstallCommand } from './commands/native-install.js';
import { NativeRemoveCommand } from './commands/native-remove.js';
import { NativeStatusCommand } from './commands/native-status.js';
import { SynthesizeCommand } from './commands/synthesize.js';
import { PreflightCommand } from './commands/preflight.js';
import { RunsCompareCommand, RunsLatestCommand, RunsListCommand, RunsShowCommand } from './commands/runs.js';
import { TrainCommand } from './commands/train.js';
import { ValidateInferConfigCommand } from './commands/validate-infer-config.js';
import {
  WeightsImportCommand,
  WeightsListCommand,
  WeightsPathCommand,
  WeightsProbeCommand,
  WeightsVerifyCommand,
} from './commands/weights.js';
import { WarmupCommand } from './commands/warmup.js';

/** Every command of the binary. Each imports what it needs when it runs, so that `--help` stays quick. */
export const COMMANDS = [
  TrainCommand,
  PreflightCommand,
  CalibrateCommand,
  InferCommand,
  MergeCommand,
  DefectsCommand,
  EvaluateCommand,
  BenchmarkCommand,
  ValidateInferConfigCommand,
  BundleExportCommand,
  BundleVerifyCommand,
  BundleRunCommand,
  BundleWatchCommand,
  DriftCommand,
  SynthesizeCommand,
  RunsListCommand,
  RunsShowCommand,
  RunsCompareCommand,
  RunsLatestCommand,
  DemoCommand,
  ModelsListCommand,
  ModelsShowCommand,
  WeightsListCommand,
  WeightsPathCommand,
  WeightsImportCommand,
  WeightsVerifyCommand,
  WeightsProbeCommand,
  DoctorCommand,
  WarmupCommand,
  NativeInstallCommand,
  NativeStatusCommand,
  NativeRemoveCommand,
];
