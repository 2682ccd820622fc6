/** The other side of `judge.ts`. */
import { expectedFindings } from '../e2e/laws.ts';
import { judgeAnswers } from '../faults/judge.ts';
import type { JudgeOrder, Order, Reply } from './judge.ts';
import { drawPart } from './part.ts';

const reply = (message: Reply): void => void process.send!(message);

process.on('message', (order: Order) => {
  obey(order).then(reply, (error: unknown) => reply({ kind: 'failed', why: String((error as Error).stack ?? error) }));
});
// What it may still have open to a service keeps nobody from ending.
process.on('disconnect', () => process.exit(0));

async function obey(order: Order): Promise<Reply> {
  if (order.kind === 'draw') return { kind: 'drawn', part: drawPart(order.plan) };
  return judge(order.of);
}

async function judge({ url, sent, tenants }: JudgeOrder): Promise<Reply> {
  const all = { read: sent, readable: sent, sent, lost: [], outlived: new Set<string>(), mayLose: false };
  const broken = await judgeAnswers({ url, ...all, tenants });
  return { kind: 'judged', broken, findings: expectedFindings(sent, 'any').length };
}
