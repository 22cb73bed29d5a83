/** How a model is trained for its row of `npm run bench -- trained-models`. */
export interface Protocol {
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

const AT_128 = { resize: { mode: 'stretch', size: { height: 128, width: 128 } } };
const AT_192 = { resize: { mode: 'stretch', size: { height: 192, width: 192 } } };

/** One line a model, in the order of their names. */
export const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  ae_resnet_unet: { kwargs: { ...AT_128, width: 8, training: { epochs: 60, batch_size: 4 } } },
  core_autoencoder: { kwargs: AT_192, tiles: { backbone: TRUNK } },
  core_deep_svdd: { kwargs: AT_192, tiles: { backbone: TRUNK } },
  ssim_autoencoder: { kwargs: { ...AT_128, training: { epochs: 60, batch_size: 4, lr: 1e-3 } } },
  vae_conv: { kwargs: { ...AT_128, training: { epochs: 60, batch_size: 4 } } },
  vqvae_conv: { kwargs: { ...AT_128, training: { epochs: 60, batch_size: 4 } } },
  vision_cflow: { kwargs: AT_192, tiles: { backbone: TRUNK, training: { epochs: 6 } } },
  vision_csflow: { kwargs: AT_192 },
  vision_differnet: { kwargs: AT_192 },
  vision_fastflow: {
    kwargs: AT_192,
    tiles: {
      backbone: TRUNK,
      hidden_ratio: 0.25,
      training: { epochs: 6 },
    },
  },
  vision_deep_svdd: { kwargs: {} },
  vision_cfa: { kwargs: AT_192 },
  vision_cutpaste: {
    kwargs: {
      ...AT_128,
      width: 8,
      training: { epochs: 60, batch_size: 8 },
    },
  },
  vision_devnet: {
    defects: true,
    kwargs: {
      backbone: TRUNK,
      resize: { mode: 'stretch', size: { height: 192, width: 192 } },
      training: { epochs: 1000, max_steps: 150, batch_size: 16, lr: 1e-3 },
    },
  },
  vision_draem: {
    kwargs: {
      ...AT_128,
      width: 8,
      levels: 3,
      mean_filter: 11,
      training: { epochs: 60, batch_size: 8 },
    },
  },
  vision_glass: {
    kwargs: {
      backbone: TRUNK,
      resize: { mode: 'stretch', size: { height: 192, width: 192 } },
      feature_dim: 192,
      hidden_dim: 192,
      noise_std: 0.06,
      score_top: 0.01,
      ascent_steps: 3,
      overlays: 4,
      training: { epochs: 20, lr: 1e-3, batch_size: 4 },
    },
    tiles: { overlays: 2, training: { epochs: 6, lr: 1e-3, batch_size: 4 } },
  },
  vision_dinomaly: {
    kwargs: { ...AT_192, easy_steps: 100, training: { max_steps: 150, batch_size: 8 } },
  },
  vision_efficientad: {
    kwargs: {
      ...AT_128,
      backbone: { name: 'filterbank', stride: 4, levels: 3 },
      teacher: 'backbone',
      width: 0.25,
      training: { max_steps: 800, lr: 1e-3 },
    },
  },
  vision_memseg: {
    kwargs: {
      ...AT_128,
      backbone: { name: 'filterbank', stride: 4, levels: 3 },
      channels: 16,
      training: { max_steps: 120, batch_size: 8 },
    },
    tiles: {
      backbone: { ...TRUNK, layers: ['conv_pw_3_relu', 'conv_pw_5_relu', 'conv_pw_11_relu'] },
      channels: 16,
      training: { max_steps: 80, batch_size: 8 },
    },
  },
  vision_reverse_distillation: {
    kwargs: {
      ...AT_192,
      student_width: 16,
      training: { epochs: 40, batch_size: 8 },
    },
    tiles: {
      backbone: TRUNK,
      ...AT_192,
      training: { epochs: 15, batch_size: 8 },
    },
  },
  vision_riad: {
    kwargs: {
      ...AT_128,
      width: 8,
      levels: 3,
      mean_filter: 11,
      training: { epochs: 40, batch_size: 4, lr: 1e-3 },
    },
  },
  vision_simplenet: {
    kwargs: {
      backbone: TRUNK,
      resize: { mode: 'stretch', size: { height: 192, width: 192 } },
      feature_dim: 192,
      hidden_dim: 192,
      noise_std: 0.06,
      adaptor_rate: 1e-3,
      score_top: 0.01,
      training: { epochs: 15, lr: 1e-3 },
    },
  },
  vision_student_teacher_lite: {
    kwargs: {},
    tiles: { backbone: TRUNK, resize: { mode: 'stretch', size: { height: 256, width: 256 } } },
  },
  vision_supersimplenet: {
    kwargs: {
      backbone: TRUNK,
      ...AT_192,
      ...{ feature_dim: 192, hidden_dim: 192, cls_dim: 64, noise_std: 0.03 },
      training: { epochs: 20, batch_size: 8, lr: 1e-3 },
    },
  },
  vision_stfpm: {
    kwargs: {
      ...AT_192,
      student_width: 16,
      training: { epochs: 40, batch_size: 8 },
    },
    tiles: {
      backbone: TRUNK,
      ...AT_192,
      training: { epochs: 15, batch_size: 8 },
    },
  },
};
