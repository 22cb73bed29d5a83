import { expect } from 'chai';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodePicture } from '../../../src/data/decode.js';
import { writeTrainingLog } from '../../../src/workbench/training/write-training-log.js';

describe('the log of a training', () => {
  const epoch = (loss: number, heldOut: number | null) => ({
    loss,
    heldOut,
    parts: { a: loss / 2 },
    learningRate: 0.1,
  });

  it('holds every epoch, and a drawing of the losses', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'imgano-log-'));
    await writeTrainingLog(dir, [
      { name: 'toy', epochs: [epoch(2, 3), epoch(1, 2.5), epoch(0.5, 2.6)] },
      { name: 'toy', epochs: [epoch(-1, null)] },
    ]);
    expect(readdirSync(dir).sort()).to.deep.equal([
      'loss-2.png',
      'loss-2.svg',
      'loss.png',
      'loss.svg',
      'training.json',
    ]);
    const { trainings } = JSON.parse(readFileSync(join(dir, 'training.json'), 'utf8'));
    expect(trainings[0].epochs[1]).to.deep.equal({
      epoch: 2,
      held_out: 2.5,
      learning_rate: 0.1,
      loss: 1,
      parts: { a: 0.5 },
    });
    const svg = readFileSync(join(dir, 'loss.svg'), 'utf8');
    expect(svg.match(/<polyline/g)).to.have.length(2);
    expect(svg).to.not.match(/NaN|undefined|Infinity/);
    expect(readFileSync(join(dir, 'loss-2.svg'), 'utf8')).to.not.match(/NaN|undefined|Infinity/);
    const { width, height, rgb } = await decodePicture(join(dir, 'loss.png'));
    expect([width, height]).to.deep.equal([960, 560]);
    expect(new Set(rgb).size).to.be.above(10);
    rmSync(dir, { recursive: true });
  });
});
