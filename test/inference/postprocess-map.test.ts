import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '../../src/config/codec.js';
import { MapPostprocess } from '../../src/config/map-postprocess.js';
import { postprocessMap } from '../../src/inference/postprocess-map.js';
import { tf } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';
import { readNpy } from '../support/npy.js';
import { describeWithShared } from '../support/shared.js';

onEveryBackend('map postprocess of schema_version 1', () => {
  const rule = (keys: object) => decode(MapPostprocess, keys, 'postprocess');
  const run = async (rows: number[][], keys: object) => {
    const map = tf.tensor2d(rows);
    const out = await postprocessMap(map, rule(keys));
    const values = await out.array();
    tf.dispose([map, out]);
    return values;
  };

  it(
    'brings every map to 0..1',
    leavesNoTensors(async () => {
      expect(
        await run(
          [
            [2, 4],
            [6, 10],
          ],
          {},
        ),
      ).to.deep.equal([
        [0, 0.25],
        [0.5, 1],
      ]);
      expect(await run([[3, 3]], {})).to.deep.equal([[0, 0]]);
    }),
  );

  it(
    'clears what belongs to no large component, and leaves a map without any as it is',
    leavesNoTensors(async () => {
      const map = [
        [1, 1, 0.2, 0],
        [0, 0, 0.2, 0],
        [0, 0, 0, 1],
      ];
      const keys = { normalize: false, component_threshold: 0.5, min_component_area: 2 };
      expect(await run(map, keys)).to.deep.equal([
        [1, 1, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ]);
      expect(await run([[0.25, 0.25]], keys)).to.deep.equal([[0.25, 0.25]]);
    }),
  );

  describeWithShared('equals the Python system', ['golden', 'cases'], (cases) => {
    const index = cases === '' ? [] : read(join(cases, '../index.json')).cases;
    for (const { id, name } of index.filter((entry: { category: string }) => entry.category === 'map_postprocess')) {
      it(name, async () => {
        const { shape, data } = readNpy(join(cases, id, 'map.npy'));
        const expected = readNpy(join(cases, id, 'expected.npy')).data;
        const map = tf.tensor2d(Float32Array.from(data as Float32Array), shape as [number, number]);
        const out = await postprocessMap(map, rule(read(join(cases, id, 'config.json')).config));
        const found = await out.data<'float32'>();
        tf.dispose([map, out]);
        const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - Number(expected[i]))), 0);
        expect(worst).to.be.below(2e-6);
      });
    }
  });
});

function read(path: string) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
