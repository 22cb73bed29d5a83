import type { Finding } from './finding.js';

// The process of one part: `run-part.ts NAME`.
const { default: run } = (await import(`./${process.argv[2]}.ts`)) as { default: () => Promise<Finding[]> };
process.send!(await run(), () => process.exit(0));
