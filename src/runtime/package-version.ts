import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The version of imgano that is running. */
export const packageVersion: string = (require('../../package.json') as { version: string }).version;
