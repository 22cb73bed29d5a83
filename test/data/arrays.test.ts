import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { unzipSync } from 'fflate';
import { decodeNpy, encodeNpy, type NpyData } from '../../src/data/npy.js';
import { decodeNpz, encodeNpz } from '../../src/data/npz.js';
import { DataError, ShapeError } from '../../src/errors.js';
import { readNpy } from '../support/npy.js';

// What numpy 2 writes for np.save(f, np.array([[1, 2, 3], [4, 5, 6]], 'uint8')): 128 bytes of header, then the values.
const head = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }";
const numpyFile = Buffer.concat([
  Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'),
  Buffer.from(head.padEnd(117) + '\n', 'latin1'),
  Buffer.from([1, 2, 3, 4, 5, 6]),
]);
const changed = (from: string, to: string) => Buffer.from(numpyFile.toString('latin1').replace(from, to), 'latin1');

describe('npy', () => {
  it('writes what numpy writes', () => {
    expect(Buffer.from(encodeNpy([2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6))).equals(numpyFile)).to.equal(true);
  });

  it('writes files that another reader reads, for every type it shares', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'imgano-npy-'));
    const path = join(dir, 'a.npy');
    for (const data of [Float32Array.of(0.1, -2, 1e30), Uint16Array.of(1, 2, 65535), Int32Array.of(-5, 0, 7)]) {
      await writeFile(path, encodeNpy([3], data));
      expect(readNpy(path)).to.deep.equal({ shape: [3], data });
    }
    await rm(dir, { recursive: true });
  });

  it('gives back every type and shape, also from the middle of a buffer', () => {
    const all: NpyData[] = [
      Uint8Array.of(1, 2),
      Int8Array.of(-1, 2),
      Uint16Array.of(1, 2),
      Int16Array.of(-1, 2),
      Uint32Array.of(1, 4e9),
      Int32Array.of(-1, 2),
      Float32Array.of(1.5, NaN),
      Float64Array.of(Math.PI, -0),
    ];
    for (const data of all) {
      const padded = Buffer.concat([Buffer.from('x'), encodeNpy([1, 2, 1], data)]).subarray(1);
      expect(decodeNpy(padded, 'a')).to.deep.equal({ shape: [1, 2, 1], data });
    }
    expect(decodeNpy(encodeNpy([], Float32Array.of(3)), 'a')).to.deep.equal({ shape: [], data: Float32Array.of(3) });
    expect(decodeNpy(encodeNpy([0, 4], new Float32Array(0)), 'a').shape).to.deep.equal([0, 4]);
  });

  it('brings Fortran order to C order, and bools to 0 and 1', () => {
    const fortran = decodeNpy(changed("False, 'shape'", "True , 'shape'"), 'a');
    expect([...fortran.data]).to.deep.equal([1, 3, 5, 2, 4, 6]);
    expect(decodeNpy(changed('|u1', '|b1'), 'a').data.constructor).to.equal(Uint8Array);
  });

  it('refuses what it does not understand, with the name of the file', () => {
    const refusal = (bytes: Uint8Array) => {
      try {
        decodeNpy(bytes, 'map.npy');
      } catch (error) {
        expect(error).to.be.instanceOf(DataError);
        return (error as Error).message;
      }
      throw new Error('an array came back');
    };
    expect(refusal(Buffer.from('not an array at all'))).to.include('map.npy: not a .npy file');
    expect(refusal(numpyFile.subarray(0, 130))).to.include('needs 6 bytes, but 2 follow');
    expect(refusal(Buffer.concat([numpyFile, Buffer.from('x')]))).to.include('but 7 follow');
    expect(refusal(numpyFile.subarray(0, 60))).to.include('header is damaged');
    expect(refusal(changed('|u1', '>f4'))).to.include('got ">f4"');
    expect(refusal(changed('(2, 3)', '(2,-3)'))).to.include('header is damaged');
    expect(() => encodeNpy([2, 2], Uint8Array.of(1))).to.throw(ShapeError);
  });
});

describe('npz', () => {
  it('packs arrays as numpy does, the same bytes every time', () => {
    const arrays = {
      mask: { shape: [1, 2], data: Uint8Array.of(0, 255) },
      map: { shape: [2], data: Float32Array.of(0.5, -1) },
    };
    const bytes = encodeNpz(arrays);
    expect(Object.keys(unzipSync(bytes))).to.deep.equal(['mask.npy', 'map.npy']);
    expect(decodeNpz(bytes, 'a.npz')).to.deep.equal(arrays);
    expect(encodeNpz(arrays)).to.deep.equal(bytes);
  });

  it('refuses what is no archive', () => {
    expect(() => decodeNpz(Buffer.from('no archive here at all'), 'a.npz')).to.throw(
      DataError,
      /^a\.npz: not an \.npz/,
    );
  });
});
