import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Loaded before the tests (.mocharc.json), in every process that runs some: what one process finds in the temporary folder, and
// wants gone afterwards, must be its own.
const own = mkdtempSync(join(tmpdir(), 'imgano-tests-'));
chmodSync(own, 0o755); // some tests run a command as another user
process.env.TMPDIR = own;
process.on('exit', () => rmSync(own, { recursive: true, force: true }));
