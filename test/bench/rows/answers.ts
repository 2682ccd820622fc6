/** How many lists of findings the API gives for a second of its CPU, against Fastify giving the same bytes from memory. */
import { openState } from '../../../src/state/state.ts';
import { settle, stateOptions } from '../../state/redis.ts';
import { batchOf, operation, signIn } from '../../state/samples.ts';
import { type Figure, median, medianRatio, type Row, round, type Target } from '../figure.ts';
import { inLab, openRedis } from '../lab.ts';
import { cpuSeconds, type Service, startMemory, startService } from '../process.ts';

const FINDINGS = 10_000;
const PATH = '/v1/findings?limit=100';
const REQUESTS = 2_000;
/** Asked at a time: those who wait while the same is read are answered by the next reading, together. */
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
      const sides = [
        { of: service, lanes: LANES, rates: [] as number[] },
        { of: memory, lanes: LANES, rates: [] as number[] },
        { of: service, lanes: 1, rates: [] as number[] },
        { of: memory, lanes: 1, rates: [] as number[] },
      ];
      for (let turn = 0; turn <= pairs; turn++) {
        const told: string[] = [];
        for (const { of, lanes, rates } of sides) {
          const rate = await rateOf(of, lanes);
          told.push(round(rate));
          if (turn > 0) rates.push(rate);
        }
        say(`for a second of CPU ${told[0]}, Fastify ${told[1]}; one at a time ${told[2]}, Fastify ${told[3]}`);
      }
      const [own, peer, alone, peerAlone] = sides.map(({ rates }) => rates) as [number[], number[], number[], number[]];
      const what = 'answers: lists of 100 findings for a second of CPU, against the same bytes from memory';
      return [
        figureOf(what, own, peer, { atLeast: 0.3 }),
        figureOf('answers: the same, asked one at a time', alone, peerAlone, null),
      ];
    }),
};

const figureOf = (what: string, own: readonly number[], peer: readonly number[], target: Target | null): Figure => ({
  ...{ what, own: `${round(median(own))}/s`, peer: `${round(median(peer))}/s` },
  ...{ value: medianRatio(own, peer), unit: 'times', target },
});

/** Requests that a server answers for a second of its CPU: who asks shares the cores with it, and is no part of the figure. */
async function rateOf({ pid, apiUrl }: Service, lanes: number): Promise<number> {
  const before = cpuSeconds(pid);
  let left = REQUESTS;
  const lane = async (): Promise<void> => {
    while (left-- > 0) {
      const answer = await fetch(`${apiUrl}${PATH}`);
      if (answer.status !== 200) throw new Error(`${apiUrl} answers ${answer.status}`);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return REQUESTS / (cpuSeconds(pid) - before);
}
