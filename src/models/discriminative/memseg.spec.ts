import type { ModelSpec } from '../spec.js';
import { MemsegParams } from './memseg-params.js';

export const memseg: ModelSpec<MemsegParams> = {
  name: 'vision_memseg',
  aliases: ['memseg'],
  title: 'MemSeg',
  summary:
    'Compares a picture with the most similar of a few good ones that it remembers, and segments what differs by a network that made-up anomalies have taught.',
  paper:
    'Yang, Wu and Feng, MemSeg: A Semi-Supervised Method for Image Surface Defect Detection Using Differences and Commonalities, Engineering Applications of Artificial Intelligence 2023',
  family: 'discriminative',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: true, others: 'optional' },
  params: MemsegParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { Memseg } = await import('./memseg.js');
    return withExtractor(params.backbone, environment, (extractor) => new Memseg(params, extractor));
  },
};
