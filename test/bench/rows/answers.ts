/** How many lists of findings the API gives for a second of its CPU, against Fastify giving the same bytes from memory. */
import { openState } from '../../../src/state/state.ts';
import { settle, stateOptions } from '../../state/redis.ts';
import { batchOf, operation, signIn } from '../../state/samples.ts';
import { type Figure, median, medianRatio, type Row, round, type Target } from '../figure.ts';
import { inLab, openRedis } from '../lab.ts';
import { cpuSeconds, type Service, startMemory, startService } from '../process.ts';

const FINDINGS = 10_000;
const PAGE = 100;
const PATH = `/v1/findings?limit=${PAGE}`;
const REQUESTS = 2_000;
/** Asked at a time. */
const LANES = 8;

export const answersRow: Row = {
  name: 'answers',
  about: `lists of 100 of ${FINDINGS.toLocaleString('en')} findings for a second of CPU, against Fastify giving the same bytes from memory`,
  measure: (pairs, say) =>
    inLab(async (closers) => {
      const redis = await openRedis(closers);
      const state = await openState(stateOptions(redis.url, { prefix: 'guestwatch' }));
      const now = Date.now();
      for (let at = 0; at < FINDINGS; at += 200) {
        const actors = Array.from({ length: 200 }, (_, i) => ({ upn: `guest${at + i}@partner.example`, n: at + i }));
        const facts = actors.flatMap(({ upn, n }) => [
          signIn(`s${n}`, now - 60_000, { upn, objectId: null }),
          operation(`o${n}`, now - 30_000, { actorUpn: upn, actorObjectId: null }),
        ]);
        await state.apply(batchOf(facts, at));
      }
      await settle([state]);
      await state.close();
      say(`${FINDINGS} findings are there`);
      const service = await closers.open(startService('api', { REDIS_URL: redis.url }));
      const body = await (await fetch(`${service.apiUrl}${PATH}`)).text();
      const memory = await closers.open(startMemory(body));
      const pages = await pagesOf(service);
      const [own, each, peer]: [number[], number[], number[]] = [[], [], []];
      for (let turn = 0; turn <= pairs; turn++) {
        const rates = [
          await rateOf(service, [PATH]),
          await rateOf(service, pages),
          await rateOf(memory, [PATH]),
        ] as const;
        say(`for a second of CPU ${round(rates[0])}, each another page ${round(rates[1])}, Fastify ${round(rates[2])}`);
        if (turn === 0) continue;
        own.push(rates[0]);
        each.push(rates[1]);
        peer.push(rates[2]);
      }
      const what = 'answers: lists of 100 findings for a second of CPU, against the same bytes from memory';
      return [
        figureOf(what, own, peer, { atLeast: 0.3 }),
        figureOf('answers: the same where all that ask at a time ask for other pages', each, peer, null),
      ];
    }),
};

const figureOf = (what: string, own: readonly number[], peer: readonly number[], target: Target | null): Figure => ({
  ...{ what, own: `${round(median(own))}/s`, peer: `${round(median(peer))}/s` },
  ...{ value: medianRatio(own, peer), unit: 'times', target },
});

/** Paths of the pages that hold all findings. */
async function pagesOf({ apiUrl }: Service): Promise<string[]> {
  const paths: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    paths.push(cursor === '' ? PATH : `${PATH}&cursor=${cursor}`);
    const page = (await (await fetch(`${apiUrl}${paths.at(-1)}`)).json()) as { readonly nextCursor: string | null };
    cursor = page.nextCursor;
  }
  return paths.slice(0, FINDINGS / PAGE);
}

/** Requests that a server answers for a second of its CPU, for these paths in turn: who asks shares the cores with it, and is no part of the figure. */
async function rateOf({ pid, apiUrl }: Service, paths: readonly string[]): Promise<number> {
  const before = cpuSeconds(pid);
  let asked = 0;
  const lane = async (): Promise<void> => {
    while (asked < REQUESTS) {
      const answer = await fetch(`${apiUrl}${paths[asked++ % paths.length]}`);
      if (answer.status !== 200) throw new Error(`${apiUrl} answers ${answer.status}`);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return REQUESTS / (cpuSeconds(pid) - before);
}
