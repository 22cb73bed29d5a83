/** How a model is trained for its row of `npm run bench -- trained-models`. */
export interface Protocol {
  /** The model, where the row is another setting of one; absent = the row's name. */
  readonly model?: string;
  /** Its parameters on the demo's pictures. */
  readonly kwargs: Record<string, unknown>;
  /** Its parameters on the magnetic tiles, laid over `kwargs`; absent = the same. */
  readonly tiles?: Record<string, unknown>;
  /** Whether it is given labelled defects: one of every preset of `imgano synthesize`, made on good training pictures. */
  readonly defects?: boolean;
}

/** The pretrained backbone, which is at hand where `../shared/weights` is. */
const TRUNK = {
  name: 'tfjs_layers',
  weights: 'mobilenet_v1_1.0_trunk',
  layers: ['conv_pw_5_relu', 'conv_pw_11_relu'],
};
const TRUNK_AT_8 = { ...TRUNK, layers: ['conv_pw_5_relu'] };
const FINE_BANK = { name: 'filterbank', stride: 4, levels: 3 };

const square = (side: number) => ({ resize: { mode: 'stretch', size: { height: side, width: side } } });

/** For models that reconstruct pictures of parts that lie alike. */
const ALIKE = { ...square(128), map_scale: 'place', score_top: 0.001 };
/** With one level less than the default. */
const SHALLOW = { ...ALIKE, levels: 3, training: { epochs: 100, batch_size: 4, lr: 2e-3 } };
/** A narrow head on the trunk. */
const HEAD = { backbone: TRUNK, feature_dim: 192, hidden_dim: 192, noise_std: 0.06, adaptor_rate: 1e-3 };

/** One entry a model, in the order of their names. Settings were chosen on pictures of another seed. */
export const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  ae_resnet_unet: {
    kwargs: { ...ALIKE, width: 8, noise_std: 0.4, training: { epochs: 150, batch_size: 4, lr: 2e-3 } },
  },
  core_autoencoder: { kwargs: square(192), tiles: { backbone: TRUNK } },
  core_deep_svdd: { kwargs: square(192), tiles: { backbone: TRUNK } },
  ssim_autoencoder: { kwargs: SHALLOW },
  /** Its paper's map, without the measure of every place. */
  ssim_autoencoder_plain: {
    model: 'ssim_autoencoder',
    kwargs: { ...SHALLOW, map_scale: 'none' },
  },
  vae_conv: { kwargs: SHALLOW },
  vqvae_conv: { kwargs: { ...ALIKE, width: 8, codes: 256, training: { epochs: 200, batch_size: 4, lr: 2e-3 } } },
  vision_cfa: { kwargs: square(192) },
  vision_cflow: { kwargs: square(192), tiles: { backbone: TRUNK, training: { epochs: 6 } } },
  vision_csflow: { kwargs: { ...square(192), coupling_blocks: 2 } },
  vision_cutpaste: {
    kwargs: { ...square(128), map_scale: 'place', width: 16, training: { epochs: 300, batch_size: 8 } },
  },
  vision_deep_svdd: {
    kwargs: {
      ...square(192),
      ...{ window: 1, stages: 2, width: 16, representation: 16, map_scale: 'place' },
      pretraining: null,
      training: { epochs: 30, batch_size: 4, lr: 1e-3 },
    },
  },
  vision_devnet: {
    defects: true,
    kwargs: {
      backbone: TRUNK,
      ...square(384),
      training: { epochs: 1000, max_steps: 80, batch_size: 16, lr: 1e-3, memory_mb: 2048 },
    },
  },
  vision_differnet: {
    kwargs: { ...square(256), backbone: TRUNK_AT_8, feature_noise: 0.6, training: { epochs: 150 } },
  },
  vision_dinomaly: {
    kwargs: { ...square(192), map_scale: 'place', easy_steps: 150, training: { max_steps: 400, batch_size: 8 } },
  },
  vision_draem: {
    kwargs: {
      ...square(128),
      width: 8,
      levels: 3,
      mean_filter: 11,
      training: { epochs: 150, batch_size: 4, lr: 1e-3 },
    },
  },
  vision_efficientad: {
    kwargs: {
      ...square(128),
      map_scale: 'place',
      backbone: FINE_BANK,
      ...{ teacher: 'backbone', width: 0.25 },
      training: { max_steps: 1500, lr: 1e-3 },
    },
  },
  vision_fastflow: {
    kwargs: { ...square(192), training: { epochs: 100, batch_size: 4 } },
    tiles: { backbone: TRUNK, hidden_ratio: 0.25, training: { epochs: 6 } },
  },
  vision_glass: {
    kwargs: {
      ...HEAD,
      ...square(384),
      ...{ score_top: 0.001, ascent_steps: 3, overlays: 2 },
      training: { epochs: 15, batch_size: 4, lr: 1e-3 },
    },
    tiles: { training: { epochs: 6, batch_size: 4, lr: 1e-3 } },
  },
  vision_memseg: {
    kwargs: { ...square(128), backbone: FINE_BANK, channels: 16, training: { max_steps: 120, batch_size: 8 } },
    tiles: {
      backbone: { ...TRUNK, layers: ['conv_pw_3_relu', ...TRUNK.layers] },
      training: { max_steps: 80, batch_size: 8 },
    },
  },
  /** Not trained: what the others are measured against. */
  vision_patchcore: {
    kwargs: square(192),
    tiles: { backbone: TRUNK, resize: { mode: 'scale', factor: 1, multiple: 32 } },
  },
  vision_reverse_distillation: {
    kwargs: { ...square(192), student_width: 16, training: { epochs: 80, batch_size: 4 } },
    tiles: { backbone: TRUNK, training: { epochs: 15, batch_size: 4 } },
  },
  vision_riad: {
    kwargs: {
      ...ALIKE,
      ...{ width: 8, levels: 3, mean_filter: 11 },
      training: { epochs: 60, batch_size: 4, lr: 1e-3 },
    },
  },
  vision_simplenet: {
    kwargs: { ...HEAD, ...square(384), score_top: 0.001, training: { epochs: 15, lr: 1e-3 } },
    tiles: { training: { epochs: 6, lr: 1e-3 } },
  },
  vision_stfpm: {
    kwargs: { ...square(192), student_width: 16, training: { epochs: 80, batch_size: 4 } },
    tiles: { backbone: TRUNK, training: { epochs: 15, batch_size: 4 } },
  },
  vision_student_teacher_lite: {
    kwargs: { backbone: TRUNK, ...square(384), map_scale: 'place' },
    tiles: { ...square(256), map_scale: 'none' },
  },
  vision_supersimplenet: {
    kwargs: {
      ...HEAD,
      ...square(384),
      ...{ upscale: 1, map_scale: 'place', cls_dim: 32 },
      training: { epochs: 20, batch_size: 4, lr: 1e-3 },
    },
  },
  vision_uninet: {
    kwargs: { ...square(192), student_width: 16, training: { epochs: 40, batch_size: 4 } },
    tiles: { backbone: TRUNK, training: { epochs: 15, batch_size: 4 } },
  },
};
