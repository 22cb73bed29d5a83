import { expect } from 'chai';
import type { Backbone } from '../../../src/config/backbone.js';
import { createExtractor } from '../../../src/models/backbones/create-extractor.js';
import { CompiledForward } from '../../../src/models/memory-bank/compiled-forward.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { whyNotBfloat16 } from '../../../src/runtime/compile/bfloat16-support.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { describeWithShared } from '../../support/shared.js';

const trunk: Backbone = { name: 'tfjs_layers', weights: 'mobilenet_v1_1.0_trunk', layers: ['conv_pw_5_relu'] };

describeWithShared('a backbone in bfloat16', ['weights', 'mobilenet-v1-trunk'], (folder) => {
  onEveryBackend('granted or refused', () => {
    it(
      'is granted where the machine can, and told of where not',
      leavesNoTensors(async () => {
        const told: string[] = [];
        const store = openWeightsStore({ searchDirs: [folder, `${folder}/..`] });
        const wish = { precision: 'bfloat16', onFloat32: (why: string) => told.push(why) } as const;
        const extractor = await createExtractor(trunk, store, wish);
        const plain = await createExtractor(trunk, store);
        expect(plain.precision).to.equal(undefined);
        const why = whyNotBfloat16();
        expect(told).to.deep.equal(why === null ? [] : [why]);
        expect(extractor.precision).to.equal(why === null ? 'bfloat16' : undefined);

        const x = tf.randomUniform([2, 64, 64, 3], 0, 255, 'float32', 3);
        const [low, exact] = [extractor, plain].map(
          (one) => new CompiledForward('test', (pixels) => one.extract(pixels as Tensor4D), one),
        );
        const [[got], [want]] = [await low.run(x), await exact.run(x)];
        const error = tf.tidy(() => got.sub(want).abs().max().div(want.abs().max()).dataSync()[0]);
        if (why === null) expect(error).to.be.within(1e-5, 5e-2);
        else expect(error).to.equal(0);
        low.dispose();
        exact.dispose();
        await new Promise(setImmediate);
        tf.dispose([x, got, want]);
        extractor.dispose();
        plain.dispose();
      }),
    );

    it('is refused to the filter bank, which is no network', async () => {
      const told: string[] = [];
      const params = { name: 'filterbank', stride: 8, levels: 1 } as const;
      const wish = { precision: 'bfloat16', onFloat32: (why: string) => told.push(why) } as const;
      const extractor = await createExtractor(params, openWeightsStore(), wish);
      expect([extractor.precision, told]).to.deep.equal([undefined, ['the filter bank is no trained network']]);
      extractor.dispose();
    });
  });
});
