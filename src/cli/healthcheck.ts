/** Asks a running service whether it is ready: the probe of containers that have no other way to ask. */
import { request } from 'node:http';
import { readOps } from '../config.ts';
import type { Arguments } from './arguments.ts';
import { EXIT, type Io, sayFaults } from './io.ts';

/** A probe that is slower counts as failed everywhere. */
const ANSWER_MS_MAX = 5_000;
/** The reasons fit in this; what is longer is no answer of ours. */
const REASON_LENGTH_MAX = 2_000;

/** An address to listen on as one to ask: all addresses of the machine are asked on its loopback. */
function hostToAsk(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

export async function healthcheck({ faults, positionals }: Arguments, io: Io): Promise<number> {
  const settings = readOps(io.env);
  const all = [...faults];
  if (positionals.length > 0) all.push('healthcheck takes no arguments.');
  if ('problems' in settings) all.push(...settings.problems.map(({ message }) => message));
  else if (settings.ops.port === 0) all.push('OPS_PORT is 0, so nobody knows which port to ask: set it to a port.');
  if (all.length > 0 || 'problems' in settings) {
    sayFaults(io, all);
    return EXIT.fault;
  }
  const { host, port } = settings.ops;
  return ask(`http://${hostToAsk(host)}:${port}/readyz`, io);
}

async function ask(url: string, io: Io): Promise<number> {
  try {
    const { status, text } = await get(url);
    if (status >= 200 && status < 300) return EXIT.good;
    sayFaults(io, [`not ready: ${text.trim() || `status ${status}`}`]);
  } catch (error) {
    sayFaults(io, [
      `${url} does not answer (${error instanceof Error ? error.message || error.name : String(error)}).`,
    ]);
  }
  return EXIT.no;
}

/** By `node:http`, because `fetch` refuses a list of ports that browsers keep, which an operator may well have chosen. */
function get(url: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    const sent = request(url, { signal, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        text = (text + part).slice(0, REASON_LENGTH_MAX);
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}
