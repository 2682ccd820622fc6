/** Replays what was sent as the command does: a file for each event, every second one compressed. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { compiled } from '../compiled.ts';
import { type SentItem, splitBody } from '../oracle/naive.ts';

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** What `replay --format json` answers over the events; those that are no text of records are left out, as no file may be such. */
export async function replay(sent: readonly SentItem[], ...flags: string[]): Promise<object[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'replay-'));
  try {
    const bodies = sent.map(({ body }) => body).filter((body) => splitBody(body).broken.length === 0);
    const files = bodies.map((body, i) => {
      const file = path.join(folder, `${i}`);
      writeFileSync(file, i % 2 === 0 ? body : gzipSync(body));
      return file;
    });
    assert.ok(files.length > 0);
    const args = [(await compiled()).main, 'replay', '--format', 'json', ...flags, ...files];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: OUTPUT_BYTES_MAX });
    return JSON.parse(stdout) as object[];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
