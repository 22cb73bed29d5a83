import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { defaultsOf } from '../../../src/config/codec.js';
import { allInOne } from '../../../src/models/flow/all-in-one.js';
import { cflowModel } from '../../../src/models/flow/cflow-model.js';
import { CflowParams } from '../../../src/models/flow/cflow-params.js';
import { convolutionSubnet } from '../../../src/models/flow/convolution-subnet.js';
import { crossScaleSubnet } from '../../../src/models/flow/cross-scale-subnet.js';
import { denseSubnet } from '../../../src/models/flow/dense-subnet.js';
import type { Flow } from '../../../src/models/flow/flow.js';
import { glowBlock } from '../../../src/models/flow/glow-block.js';
import { negativeLogLikelihood } from '../../../src/models/flow/likelihood.js';
import { permutation } from '../../../src/models/flow/permutation.js';
import { positionCode } from '../../../src/models/flow/position-code.js';
import { scoring, type Values } from '../../../src/models/nets/module.js';
import { tf, type Scalar, type Tensor4D } from '../../../src/runtime/tf.js';
import { valueAndGradients } from '../../../src/workbench/training/value-and-gradients.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { worst } from '../../support/worst.js';

type Shape4 = [number, number, number, number];
type Recorded = Record<string, { shape: number[]; values: number[] }>;
interface Network {
  values: Recorded;
  loss: number;
  gradients: Record<string, number[]>;
}
interface Block extends Network {
  x: number[];
  shape: Shape4;
  order: number[];
  z: number[];
  logDet: number[];
}

/** What torch and its autograd give for the published blocks, in float64. */
const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/flow/torch.json'), 'utf8')) as {
  fastflow: Block;
  glow: Block;
  cflow: Network & { x: number[]; condition: number[]; shape: [number, number]; width: number; rotation: number[] };
  position: { height: number; width: number; code: number; values: number[] };
  crossScale: Network & { x: number[][]; hidden: number; channels: number; to: number; y: number[][] };
};

const blocks: Record<string, [Block, Flow]> = {
  'the step of FastFlow': [
    golden.fastflow,
    allInOne({
      ...{ name: 'f', channels: 5, subnet: convolutionSubnet(3, 1), clamp: 2 },
      mix: permutation(golden.fastflow.order),
    }),
  ],
  'the block of DifferNet and CS-Flow': [
    golden.glow,
    glowBlock({ name: 'f', channels: 5, subnet: denseSubnet(() => [4]), clamp: 3, order: golden.glow.order }),
  ],
};

onEveryBackend('flows beside torch', () => {
  for (const [title, [recorded, flow]] of Object.entries(blocks)) {
    it(
      `${title}: values, determinant, loss and gradients`,
      leavesNoTensors(async () => {
        const values = tensorsOf(recorded.values);
        const x = tf.tensor4d(recorded.x, recorded.shape);
        const { z, logDet } = flow.forward([x], scoring(values));
        expect(worst(await z[0].data(), recorded.z)).to.be.below(1e-5);
        expect(worst(await logDet.data(), recorded.logDet)).to.be.below(1e-5);
        await expectLoss(() => negativeLogLikelihood(flow.forward([x], scoring(values))), values, recorded);
        tf.dispose([values, x, z, logDet]);
      }),
    );
  }

  it(
    'the loss of CFLOW and its gradients',
    leavesNoTensors(async () => {
      const { cflow } = golden;
      const [n, channels] = cflow.shape;
      const taps = [{ name: 'layer', stride: 8, channels }];
      const extractor = { taps, multiple: 8, context: 0, extract: () => [], dispose: () => undefined };
      const params = { ...defaultsOf(CflowParams), coupling_blocks: 1, condition_dim: cflow.width };
      const model = cflowModel(extractor, params);
      const values = tensorsOf(cflow.values);
      const rotation = { 'layer0.block0.rotation': tf.tensor2d(cflow.rotation, [channels, channels]) };
      const inputs = [tf.tensor4d(cflow.x, [n, 1, 1, channels]), tf.tensor4d(cflow.condition, [n, 1, 1, cflow.width])];
      await expectLoss(() => model.loss(inputs, scoring({ ...values, ...rotation })).total, values, cflow);
      tf.dispose([values, rotation, inputs]);
    }),
  );

  it(
    'the cross-scale subnet of CS-Flow',
    leavesNoTensors(async () => {
      const { crossScale } = golden;
      const { channels, hidden, to } = crossScale;
      const subnet = crossScaleSubnet(3, hidden)('f', channels, to);
      const values = tensorsOf(crossScale.values);
      const x = crossScale.x.map((scale, i) => tf.tensor4d(scale, [1, 4 >> i, 4 >> i, channels]));
      const y = subnet.apply(x, scoring(values));
      for (const [i, scale] of y.entries()) expect(worst(await scale.data(), crossScale.y[i])).to.be.below(1e-5);
      const loss = () =>
        tf.tidy(
          () => tf.addN(subnet.apply(x, scoring(values)).map((scale: Tensor4D) => scale.square().sum())) as Scalar,
        );
      await expectLoss(loss, values, crossScale);
      tf.dispose([values, x, y]);
    }),
  );
});

describe('the position code of CFLOW', () => {
  it('is that of the published code', () => {
    const { height, width, code, values } = golden.position;
    expect(worst(positionCode({ height, width }, code), values)).to.be.below(1e-6);
  });
});

function tensorsOf(recorded: Recorded): Values {
  return Object.fromEntries(
    Object.entries(recorded).map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]),
  );
}

async function expectLoss(loss: () => Scalar, values: Values, recorded: Network): Promise<void> {
  const { value, gradients } = valueAndGradients(loss, values);
  expect((await value.data())[0] / recorded.loss).to.be.closeTo(1, 1e-5);
  for (const [i, name] of Object.keys(values).entries()) {
    expect(worst(await gradients[i].data(), recorded.gradients[name]), name).to.be.below(1e-4);
  }
  tf.dispose([value, gradients]);
}
