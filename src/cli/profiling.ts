import { canonicalJson } from '../inference/records/canonical-json.js';
import type { StageClock } from '../runtime/profile/stage-clock.js';
import type { ProfileReport, StageProfile } from '../runtime/profile/stage-profile.js';
import type { STAGES } from '../runtime/profile/stages.js';
import type { TraceWriter } from '../runtime/profile/trace-writer.js';
import type { TextStream } from './report.js';
import { profileLine, profileTable } from './profile-table.js';
import { renderTable } from './table.js';

export interface ProfilingFlags {
  /** A table on the standard error. */
  readonly table: boolean;
  readonly json?: string;
  readonly trace?: string;
}

/** Takes the times of one command, where a flag asks for it, and tells them at its end. */
export class Profiling {
  private constructor(
    private readonly flags: ProfilingFlags,
    private readonly profile: StageProfile | null,
    private readonly writer: TraceWriter | null,
  ) {}

  /** Begins when the backend runs. @throws DataError when the trace file cannot be made */
  static async start(flags: ProfilingFlags): Promise<Profiling> {
    if (!flags.table && flags.json === undefined && flags.trace === undefined) return new Profiling(flags, null, null);
    const [{ StageProfile }, { TraceWriter }] = await Promise.all([
      import('../runtime/profile/stage-profile.js'),
      import('../runtime/profile/trace-writer.js'),
    ]);
    const writer = flags.trace === undefined ? null : new TraceWriter(flags.trace);
    return new Profiling(flags, new StageProfile(writer), writer);
  }

  get clock(): StageClock | undefined {
    return this.profile ?? undefined;
  }

  /** Whole lines and whole files, also of a run that was stopped. Called once. */
  async finish(told: { loadSeconds: number; inputs: number; processed: number; errors: number }, stderr: TextStream) {
    if (this.profile === null) return;
    this.profile.stop();
    this.writer?.close();
    const report = this.profile.report();
    if (this.flags.table) stderr.write(`${renderTable(profileTable(report))}\n${profileLine(report)}\n`);
    if (this.flags.json === undefined) return;
    const { writeFileWhole } = await import('../data/write-whole.js');
    await writeFileWhole(this.flags.json, `${canonicalJson(document(report, told), 2)}\n`);
  }
}

/** With the fields of the Python system's profile. */
function document(
  report: ProfileReport,
  { loadSeconds, ...counts }: { loadSeconds: number; inputs: number; processed: number; errors: number },
): object {
  const seconds = (...stages: (typeof STAGES)[number][]) =>
    stages.reduce((sum, stage) => sum + report.stages[stage].total_ms, 0) / 1000;
  return {
    tool: 'imgano-infer',
    counts,
    timing_seconds: {
      load_model: loadSeconds,
      fit_calibrate: 0,
      infer: seconds('preprocess', 'model', 'postprocess'),
      artifacts: seconds('save'),
      total: loadSeconds + report.wall_seconds,
    },
    ...report,
  };
}
