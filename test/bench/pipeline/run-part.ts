import type { Finding } from './finding.js';

// The process of one part: `run-part.ts NAME`.
const PARTS: Readonly<Record<string, () => Promise<{ default: () => Promise<Finding[]> }>>> = {
  ways: () => import('./ways.js'),
  'tiled-picture': () => import('./tiled-picture.js'),
  'many-pictures': () => import('./many-pictures.js'),
  'large-picture': () => import('./large-picture.js'),
};
const { default: run } = await PARTS[process.argv[2]]();
process.send!(await run(), () => process.exit(0));
