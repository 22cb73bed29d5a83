import type { Recipe } from './recipe.js';

const fit: Recipe['load'] = () => import('../train/fit-run.js').then(({ fitRun }) => fitRun);

/** Every recipe, in the order in which they are listed. */
export const RECIPES: readonly Recipe[] = [
  {
    name: 'industrial-adapt',
    summary: 'the config as it is: fit on good pictures, calibrate on others, evaluate on the test split',
    tags: ['detector'],
    defaults: {},
    needs: ['model.name'],
    load: fit,
  },
  {
    name: 'industrial-adapt-fp40',
    summary: "maps, and regions by the controls of the Python system's preset; its levels fit maps from 0 to 1",
    tags: ['detector', 'defects', 'false-positives'],
    defaults: { adaptation: { save_maps: true }, defects: { preset: 'industrial-defects-fp40' } },
    needs: ['model.name'],
    load: fit,
  },
  {
    name: 'industrial-adapt-fp40-v2',
    summary:
      'maps, and regions by controls whose levels are multiples of the pixel threshold, so that they fit every model',
    tags: ['detector', 'defects', 'false-positives'],
    defaults: { adaptation: { save_maps: true }, defects: { preset: 'industrial-defects-fp40-v2' } },
    needs: ['model.name'],
    load: fit,
  },
  {
    name: 'industrial-adapt-highres',
    summary: 'pictures of many pixels, in tiles of their own pixels that overlap and are blended',
    tags: ['detector', 'tiles'],
    defaults: {
      adaptation: {
        save_maps: true,
        tiling: { tile_size: 512, stride: 384, score_reduce: 'topk_mean', score_topk: 0.1, map_reduce: 'hann' },
      },
    },
    needs: ['model.name'],
    load: fit,
  },
  {
    name: 'industrial-memory-bank',
    summary: 'no training loop and no weights to fetch: a bank of patches of the good pictures, and regions',
    tags: ['detector', 'defects', 'memory-bank'],
    defaults: { model: { name: 'vision_patchcore' }, defects: { preset: 'industrial-defects-fp40-v2' } },
    needs: [],
    load: fit,
  },
  {
    name: 'industrial-embedding-core-fast',
    summary: 'a core detector of patch features: quick to fit, small to keep',
    tags: ['detector', 'patches'],
    defaults: { model: { name: 'vision_patch_embedding_core_map' } },
    needs: [],
    load: fit,
  },
  {
    name: 'golden-sample',
    summary: 'every picture is compared with a golden sample of the same part, and differences become regions',
    tags: ['detector', 'defects', 'references'],
    defaults: { model: { name: 'vision_golden_template_map' }, defects: { preset: 'industrial-defects-fp40-v2' } },
    needs: ['dataset.reference_dir'],
    load: fit,
  },
  {
    name: 'pretrain-backbone',
    summary:
      'no weights may enter: a backbone learns from the good pictures themselves, and a bank of its patches inspects',
    tags: ['detector', 'training', 'memory-bank'],
    defaults: { model: { name: 'vision_patchcore' } },
    needs: [],
    load: () => import('../pretrain/pretrain-backbone.js').then(({ pretrainRun }) => pretrainRun),
  },
];
