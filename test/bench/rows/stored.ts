/** Whether a new finding costs more where many are stored. */
import type { Fact } from '../../../src/detection/fact.ts';
import type { Row } from '../figure.ts';
import { guestOperation, guestSignIn } from '../filling.ts';
import { compareGrowth, costOf, openSide, type Side } from '../growth.ts';
import { inLab } from '../lab.ts';

const STORED = 5_000;
const NEW = 200;
const STEP = 20;

export const storedRow: Row = {
  name: 'stored',
  about: `CPU of a new finding where ${STORED.toLocaleString('en')} are stored, against none`,
  measure: (pairs, say) =>
    inLab(async (closers) => {
      const [many, none] = [await openSide(closers), await openSide(closers)];
      const now = Date.now();
      const factsOf = (from: number, count: number): Fact[] =>
        Array.from({ length: count }, (_, i) => [
          guestSignIn(from + i, now),
          guestOperation(from + i, from + i, now),
        ]).flat();
      const stored = factsOf(0, STORED);
      await many.filler.putAll(stored.length, (n) => stored[n]!, 400);
      await many.filler.settled();
      say(`${STORED} findings are there`);
      const measure = (side: Side) => (turn: number) =>
        costOf(side, factsOf(STORED + turn * NEW, NEW), STEP).then((each) => each * 2);
      const what = `stored: CPU of a new finding, beside ${STORED} findings`;
      return [await compareGrowth(what, pairs, say, { much: measure(many), little: measure(none) })];
    }),
};
