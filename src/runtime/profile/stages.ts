/** What happens to a picture, in order; `load` is reading and decoding, `save` is writing what was found. */
export const STAGES = ['load', 'preprocess', 'model', 'postprocess', 'save'] as const;
export type StageName = (typeof STAGES)[number];

/** Where a picture can wait: for the decoders, or decoded for its turn on the device. */
export const QUEUES = ['decoders', 'device'] as const;
export type QueueName = (typeof QUEUES)[number];
