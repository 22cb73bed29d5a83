import { expect } from 'chai';
import { decode } from '../../src/config/codec.js';
import { DefectsConfig } from '../../src/config/defects.js';
import { DeviceMaps } from '../../src/defects/map-stages/device-maps.js';
import { close, grow, open } from '../../src/defects/map-stages/morphology.js';
import { smooth } from '../../src/defects/map-stages/smooth.js';
import { zeroBorder } from '../../src/defects/map-stages/border.js';
import { insideFrame } from '../../src/defects/inside-frame.js';
import type { StageContext } from '../../src/defects/stage.js';
import { onGpu } from '../../src/runtime/on-gpu.js';
import { Random } from '../../src/runtime/random.js';
import { tf } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

const size = { height: 53, width: 31 };
const random = new Random(5);
const values = Float32Array.from({ length: size.height * size.width }, () => random.uniform(0, 1));

onEveryBackend('stages of a map in bands', () => {
  const configs: object[] = [
    { map_smoothing: { method: 'gaussian', ksize: 5, sigma: 1.5 } },
    { map_smoothing: { method: 'gaussian', ksize: 0, sigma: 2 } },
    { map_smoothing: { method: 'box', ksize: 4 }, border_ignore_px: 3 },
    { map_smoothing: { method: 'median', ksize: 3 } },
    { open_ksize: 2 },
    { close_ksize: 3, open_ksize: 2 },
    { mask_dilate_ksize: 6, close_ksize: 4 },
  ];
  for (const keys of configs) {
    it(
      `${JSON.stringify(keys)}: the same bits as in one piece`,
      leavesNoTensors(async () => {
        if (onGpu()) return;
        const config = decode(DefectsConfig, keys, 'defects');
        const of = async (most: number) => {
          const raw = tf.tensor2d(values, [size.height, size.width]);
          const device = new DeviceMaps(raw, size, most);
          for (const semantics of [1, 2] as const) {
            const context = { config, semantics } as StageContext;
            if (semantics === 1)
              for (const stage of [zeroBorder, smooth]) if (stage.active(context)) stage.apply(device, context);
            if (semantics === 1) device.threshold(0.6);
            for (const stage of [open, close, grow]) if (stage.active(context)) stage.apply(device, context);
          }
          const runs = await device.readMask();
          const all = insideFrame(size, 0);
          const scores = (await device.readScores(all)).slice();
          device.upload(runs);
          const again = await device.readMask();
          device.dispose();
          raw.dispose();
          const listed = ({ rowStart, start, end }: typeof runs) => [rowStart, start, end].map((part) => [...part]);
          return { mask: listed(runs), again: listed(again), scores };
        };
        const whole = await of(2 ** 25);
        expect(whole.mask[1]).not.to.be.empty;
        for (const rows of [1, 4, 10, 60]) expect(await of(4 * rows * size.width)).to.deep.equal(whole);
      }),
    );
  }
});
