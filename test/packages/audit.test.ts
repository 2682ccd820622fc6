/** The audit: what a registry knows of production packages is a fault where it is grave and not accepted, and silence is told as silence. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Acceptance } from '../../local/packages/accepted.ts';
import { auditLines, judge, type Report } from '../../local/packages/audit.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HOLE = 'GHSA-aaaa-bbbb-cccc';

const reportOf = (severity: string): Report => ({
  vulnerabilities: {
    ioredis: { via: [{ url: `https://github.com/advisories/${HOLE}`, title: 'A made-up hole', severity }] },
    'another-that-leads-to-it': { via: ['ioredis'] },
  },
});
const acceptance: Acceptance = { advisory: HOLE, reason: 'the call is never made', until: '2027-03-01' };

test('a grave hole is a fault, until it is accepted, and again from the day on which that ends', () => {
  for (const severity of ['high', 'critical'])
    assert.equal(judge(reportOf(severity), [], '2027-01-01').faults.length, 1);
  for (const severity of ['moderate', 'low'])
    assert.equal(judge(reportOf(severity), [], '2027-01-01').faults.length, 0);
  const accepted = judge(reportOf('high'), [acceptance], '2027-02-28');
  assert.deepEqual([accepted.faults.length, accepted.accepted.length], [0, 1]);
  assert.match(auditLines(accepted).join(), /accepted until 2027-03-01: the call is never made/);
  const over = judge(reportOf('high'), [acceptance], '2027-03-01');
  assert.equal(over.faults.length, 1);
  assert.match(auditLines(over).join(), /look at it again/);
  const other = { ...acceptance, advisory: 'GHSA-dddd-eeee-ffff' };
  assert.equal(judge(reportOf('high'), [other], '2027-02-28').faults.length, 1);
});

/** Runs the command on a registry that answers the one question so. */
async function auditBy(status: number, body: unknown): Promise<{ code: number; out: string; asked: string[] }> {
  const asked: string[] = [];
  const registry = createServer((request, response) => {
    asked.push(request.url ?? '');
    const isQuestion = request.url?.endsWith('/advisories/bulk') === true;
    response.writeHead(isQuestion ? status : 404, { 'content-type': 'application/json' });
    response.end(isQuestion ? JSON.stringify(body) : '{}');
  });
  await once(registry.listen(0, '127.0.0.1'), 'listening');
  const { port } = registry.address() as AddressInfo;
  const env = { ...process.env, npm_config_registry: `http://127.0.0.1:${port}/` };
  const args = ['--import', import.meta.resolve('tsx'), `${ROOT}local/audit.ts`];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  const [code] = (await once(child, 'close')) as [number];
  registry.closeAllConnections();
  registry.close();
  return { code, out: Buffer.concat(parts).toString(), asked };
}

test('a hole that the registry knows of ends with 1, and names package, hole and mend', async () => {
  const advisory = { id: 1, url: `https://github.com/advisories/${HOLE}`, title: 'A made-up hole', severity: 'high' };
  const hole = { ...advisory, vulnerable_versions: '<99', cwe: [], cvss: { score: 8, vectorString: null } };
  const { code, out } = await auditBy(200, { ioredis: [hole] });
  assert.equal(code, 1, out);
  assert.match(out, new RegExp(`^ioredis: A made-up hole \\(${HOLE}, high\\): take a version without it`));
  assert.match(out, /^FAILED: /m);
});

test('a registry that does not answer is said, and is no fault', async () => {
  const { code, out, asked } = await auditBy(405, {});
  assert.equal(code, 0, out);
  assert.ok(asked.some((url) => url.endsWith('/advisories/bulk')));
  assert.match(out, /the registry does not answer such questions \(405/);
  assert.match(out, /^not asked: /m);
});
