/**
 * Draws traffic and judges answers, each of which takes its time, in a process of its own: whoever sends and measures must not be
 * kept from it. One order at a time.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Broken } from '../faults/judge.ts';
import type { Sent } from '../faults/places/hubs.ts';
import type { Part, PartPlan } from './part.ts';

export interface JudgeOrder {
  readonly url: string;
  /** One part, all of it. */
  readonly sent: readonly Sent[];
  readonly tenants: readonly string[];
}

export type Order =
  | { readonly kind: 'draw'; readonly plan: PartPlan }
  | { readonly kind: 'judge'; readonly of: JudgeOrder };

export type Reply =
  | { readonly kind: 'drawn'; readonly part: Part }
  /** `findings` is the number that there must be. */
  | { readonly kind: 'judged'; readonly broken: Broken | null; readonly findings: number }
  | { readonly kind: 'failed'; readonly why: string };

const ENTRY = fileURLToPath(new URL('judgeProcess.ts', import.meta.url));

export class Judge {
  readonly #child: ChildProcess = fork(ENTRY, { execArgv: ['--import', 'tsx'], serialization: 'advanced' });
  readonly #gone = once(this.#child, 'exit');
  #turn: Promise<unknown> = Promise.resolve();

  get pid(): number {
    return this.#child.pid!;
  }

  async draw(plan: PartPlan): Promise<Part> {
    const reply = await this.#ask({ kind: 'draw', plan });
    if (reply.kind !== 'drawn') throw new Error(`a part was to be drawn, and was ${reply.kind}`);
    return reply.part;
  }

  async judge(of: JudgeOrder): Promise<{ readonly broken: Broken | null; readonly findings: number }> {
    const reply = await this.#ask({ kind: 'judge', of });
    if (reply.kind !== 'judged') throw new Error(`a part was to be judged, and was ${reply.kind}`);
    return reply;
  }

  async close(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#gone;
  }

  #ask(order: Order): Promise<Reply> {
    const asked = this.#turn.then(() => this.#answer(order));
    this.#turn = asked.catch(() => {}); // Told to the one who asked.
    return asked;
  }

  #answer(order: Order): Promise<Reply> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        child.off('message', answered).off('exit', gone);
        end();
      };
      const gone = (code: number | null): void => settle(() => reject(new Error(`the judge ended with ${code}`)));
      const answered = (reply: Reply): void =>
        settle(() => (reply.kind === 'failed' ? reject(new Error(reply.why)) : resolve(reply)));
      child.on('message', answered).on('exit', gone);
      // One that is gone already answers nothing.
      if (child.connected) child.send(order);
      else gone(child.exitCode);
    });
  }
}
