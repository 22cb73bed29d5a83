import { expect } from 'chai';
import { strToU8, zipSync } from 'fflate';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, InterruptedError, UnsupportedBackendError } from '../../../src/errors.js';
import { BUILD_FILE, buildName, type NativeBuild } from '../../../src/runtime/native/build.js';
import { parseBuildInfo } from '../../../src/runtime/native/build-info.js';
import { listBuilds } from '../../../src/runtime/native/builds.js';
import { nativeFolder } from '../../../src/runtime/native/folder.js';
import { findAddon, installedPackages } from '../../../src/runtime/native/installed.js';
import { findLibrary } from '../../../src/runtime/native/library.js';
import { removeNative } from '../../../src/runtime/native/remove.js';
import { runCommand } from '../../../src/runtime/native/run-command.js';
import { parseSource } from '../../../src/runtime/native/source.js';
import { parseWheelName, unpackWheel } from '../../../src/runtime/native/wheel.js';
import { openWorkshop, staleWorkshops } from '../../../src/runtime/native/workshop.js';

/** No process has this number: Linux ends at 2^22. */
const DEAD = 2 ** 22 + 1;

describe('native installation', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'imgano-native-'));
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const put = (path: string, text = '') => {
    const file = join(root, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
    return file;
  };

  const plant = (changes: Partial<NativeBuild> = {}) => {
    const build: NativeBuild = {
      ...{ schema_version: 1, flavour: 'cpu', tfjs_node: '4.22.0', tensorflow: '2.21.0', platform: process.platform },
      ...{ arch: process.arch, source: 'auto', source_sha256: null, package_dir: 'js', addon: 'addon/x.node' },
      ...{ libraries: ['lib.so'], bytes: 3 },
      ...changes,
    };
    const dir = buildName(build);
    for (const name of ['js/package.json', 'addon/x.node', 'lib.so']) put(join(dir, name));
    put(join(dir, BUILD_FILE), JSON.stringify(build));
    return join(root, dir);
  };

  it('lies in the cache folder of the user, or where IMGANO_NATIVE_DIR says', () => {
    expect(nativeFolder({ IMGANO_NATIVE_DIR: root })).to.equal(root);
    expect(nativeFolder({})).to.match(/imgano.*native$/);
  });

  it('reads --from', () => {
    expect(parseSource('auto')).to.deep.equal({ kind: 'auto' });
    expect(parseSource(`dir:${root}`)).to.deep.equal({ kind: 'dir', path: root });
    expect(parseSource('pip')).to.deep.equal({ kind: 'pip' });
    expect(() => parseSource('conda')).to.throw(
      ConfigError,
      '--from: expected auto, npm, pip, dir:PATH or wheel:PATH, got "conda"',
    );
    expect(() => parseSource(`wheel:${root}/no.whl`)).to.throw(ConfigError, /there is no .*no\.whl/);
  });

  it('reads the name of a wheel', () => {
    expect(parseWheelName('/x/tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl')).to.deep.equal({
      project: 'tensorflow_cpu',
      version: '2.21.0',
    });
    expect(() => parseWheelName('torch-2.0-cp311-none-any.whl')).to.throw(
      UnsupportedBackendError,
      /not a wheel of Tensor/,
    );
    expect(() => parseWheelName('tensorflow.whl')).to.throw(UnsupportedBackendError);
  });

  it('reads how a library was built, as pairs or as a dictionary', () => {
    const pairs = "OrderedDict([('cuda_version', '12.5.1'), ('cudnn_version', '9'), ('is_cuda_build', True)])";
    expect(parseBuildInfo(pairs)).to.deep.equal({
      cuda: true,
      cuda_version: '12.5.1',
      cudnn_version: '9',
      compute_capabilities: null,
    });
    expect(parseBuildInfo("{'is_cuda_build': False}")).to.deep.equal({
      cuda: false,
      cuda_version: null,
      cudnn_version: null,
      compute_capabilities: null,
    });
    const capable = "{'cuda_compute_capabilities': ['sm_60', 'sm_89', 'compute_90'], 'is_cuda_build': True}";
    expect(parseBuildInfo(capable)?.compute_capabilities).to.deep.equal(['sm_60', 'sm_89', 'compute_90']);
    expect(parseBuildInfo('')).to.equal(null);
  });

  it('unpacks only what is needed of a wheel, and hashes all of it', async () => {
    const bytes = zipSync({
      'tensorflow/libtensorflow_cc.so.2': strToU8('library'),
      'tensorflow/libtensorflow_framework.so.2': strToU8('framework'),
      'tensorflow/include/tensorflow/c/c_api.h': strToU8('header'),
      'tensorflow/include/unsupported/Eigen/Core': strToU8('not needed'),
      'tensorflow/python/ops.py': strToU8('not needed'),
      'tensorflow/python/platform/build_info.py': strToU8("[('is_cuda_build', True)]"),
    });
    const wheel = put('tensorflow-2.21.0-cp311-cp311-x.whl');
    writeFileSync(wheel, bytes);
    expect(await unpackWheel(wheel, join(root, 'out'))).to.equal(createHash('sha256').update(bytes).digest('hex'));
    expect(
      readdirSync(join(root, 'out'), { recursive: true })
        .filter((name) => /\.\w+$/.test(String(name)))
        .sort(),
    ).to.deep.equal([
      'tensorflow/include/tensorflow/c/c_api.h',
      'tensorflow/libtensorflow_cc.so.2',
      'tensorflow/libtensorflow_framework.so.2',
      'tensorflow/python/platform/build_info.py',
    ]);
    const library = findLibrary(join(root, 'out/tensorflow'));
    expect(library).to.include({ cuda: true, libraryDir: join(root, 'out/tensorflow') });
    expect(readFileSync(join(library.libraryDir, library.files[0]), 'utf8')).to.equal('library');
  });

  it('refuses a wheel that is cut off, or holds no library', async () => {
    const library = { 'tensorflow/libtensorflow_framework.so.2': new Uint8Array(5000).map((_, i) => (i * 7919) % 251) };
    const whole = zipSync(library);
    const wheel = put('cut.whl');
    writeFileSync(wheel, whole.subarray(0, whole.length / 2));
    const refusal = async () =>
      unpackWheel(wheel, join(root, 'out')).then(
        () => null,
        (error: Error) => error,
      );
    expect(await refusal()).to.be.instanceOf(UnsupportedBackendError);
    writeFileSync(wheel, zipSync({ 'tensorflow/__init__.py': strToU8('') }));
    expect((await refusal())?.message).to.match(/holds no whole TensorFlow library/);
    writeFileSync(wheel, 'this is a text');
    expect(await refusal()).to.be.instanceOf(UnsupportedBackendError);
  });

  it('stops unpacking when it is told to', async () => {
    const wheel = put('x.whl', 'x');
    const stopped = await unpackWheel(wheel, root, { signal: AbortSignal.abort() }).catch((error: Error) => error);
    expect(stopped).to.be.instanceOf(InterruptedError);
  });

  it('finds the C library of an archive, which does not say whether it knows CUDA', () => {
    for (const name of ['lib/libtensorflow.so.2', 'lib/libtensorflow_framework.so.2', 'include/tensorflow/c/c_api.h'])
      put(name);
    expect(findLibrary(root)).to.deep.equal({
      libraryDir: join(root, 'lib'),
      includeDir: join(root, 'include'),
      files: ['libtensorflow.so.2', 'libtensorflow_framework.so.2'],
      cuda: null,
    });
    rmSync(join(root, 'include'), { recursive: true });
    expect(() => findLibrary(root)).to.throw(UnsupportedBackendError, /holds no TensorFlow library with its headers/);
  });

  it('lists builds, usable ones first, GPU before CPU, newer before older', () => {
    const old = plant({ tensorflow: '2.9.1' });
    const newer = plant({ tensorflow: '2.21.0' });
    const gpu = plant({ tensorflow: '2.9.1', flavour: 'gpu' });
    const gone = plant({ tensorflow: '3.0.0' });
    rmSync(join(gone, 'lib.so'));
    put('not-a-build/readme.txt');
    const found = listBuilds(root);
    expect(found.map((entry) => entry.dir).slice(0, 3)).to.deep.equal([gpu, newer, old]);
    expect(found.find((entry) => entry.dir === gone)?.problem).to.equal(`${join(gone, 'lib.so')} is gone`);
    expect(found.find((entry) => entry.dir.endsWith('not-a-build'))?.problem).to.match(/cannot be read/);
    expect(listBuilds(join(root, 'nowhere'))).to.deep.equal([]);
  });

  it('does not take a build of another machine or version', () => {
    plant({ arch: 'mips' });
    expect(listBuilds(root)[0].problem).to.match(/made for .*mips/);
    plant({ tfjs_node: '4.0.0' });
    expect(listBuilds(root)[0].problem).to.match(/holds tfjs-node 4.0.0/);
  });

  it('cleans up after an interrupted installation, and leaves a running one alone', () => {
    put(`.tmp-${DEAD}-abc/half.so`);
    put(`.tmp-${process.pid}-mine/half.so`);
    expect(staleWorkshops(root)).to.deep.equal([`.tmp-${DEAD}-abc`]);
    const workshop = openWorkshop(root);
    expect(existsSync(join(root, `.tmp-${DEAD}-abc`))).to.equal(false);
    expect(existsSync(join(root, `.tmp-${process.pid}-mine`))).to.equal(true);
    expect(existsSync(workshop)).to.equal(true);
    expect(listBuilds(root)).to.deep.equal([]);
  });

  it('removes builds and leftovers, and nothing else', () => {
    const dir = plant();
    put(`.tmp-${DEAD}-abc/half.so`);
    const own = put('photos/holiday.jpg');
    expect(removeNative(root).sort()).to.deep.equal([join(root, `.tmp-${DEAD}-abc`), dir].sort());
    expect(existsSync(own)).to.equal(true);
    expect(removeNative(root)).to.deep.equal([]);
    expect(removeNative(join(root, 'nowhere'))).to.deep.equal([]);
  });

  it('finds the packages of a project, GPU first, and says what is wrong with them', () => {
    put('package.json', '{}');
    put('node_modules/@tensorflow/tfjs-node/package.json', '{"version":"4.22.0"}');
    const addon = put('node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node');
    put('node_modules/@tensorflow/tfjs-node/lib/napi-v99/tfjs_binding.node');
    put('node_modules/@tensorflow/tfjs-node-gpu/package.json', '{"version":"4.22.0"}');
    const found = installedPackages([join(root, 'package.json')]);
    expect(found.map((p) => p.name)).to.deep.equal(['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']);
    expect(found[0].problem).to.match(/addon was not built/);
    expect(found[1]).to.include({ addon, problem: null });
    expect(findAddon(join(root, 'nowhere'))).to.equal(null);
    put('node_modules/@tensorflow/tfjs-node/package.json', '{"version":"3.0.0"}');
    expect(installedPackages([join(root, 'package.json')])[1].problem).to.match(/version 3.0.0/);
  });

  it('tells a missing program from a failing one, and from one that was stopped', async () => {
    const failure = (program: string, args: string[], signal?: AbortSignal) =>
      runCommand(program, args, { signal }).then(
        () => null,
        (error: Error) => error,
      );
    expect((await failure('imgano-no-such-program', []))?.message).to.match(/not on this machine's PATH/);
    const failed = await failure(process.execPath, ['-e', 'console.error("no disk"); process.exit(3)']);
    expect(failed).to.be.instanceOf(UnsupportedBackendError);
    expect(failed?.message).to.match(/failed with code 3: no disk/);
    const stopping = failure(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], AbortSignal.timeout(100));
    expect(await stopping).to.be.instanceOf(InterruptedError);
  });
});
