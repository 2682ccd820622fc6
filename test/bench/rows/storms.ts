/** Whether a fact costs more where its guest or its actor is busy. */
import type { Operation, SignIn } from '../../../src/detection/fact.ts';
import type { Row } from '../figure.ts';
import { guestOperation, guestSignIn } from '../filling.ts';
import { compareGrowth, costOf, openSide } from '../growth.ts';
import { inLab } from '../lab.ts';

const SIGN_INS = 5_000;
/** Beyond the 1,000 that a finding lists. */
const OPERATIONS = 3_000;
const NEW = 200;
/** Facts of one batch: a busy guest is not alone in it, but its batches are many. */
const STEP = 10;
/** What came before lies over so long. */
const SPAN_MS = 20 * 3_600_000;
const BUSY_GUEST = 0;
const BUSY_ACTOR = 1;

export const stormsRow: Row = {
  name: 'storms',
  about: `CPU of a new sign-in of a guest with ${SIGN_INS.toLocaleString('en')}, and of a new operation of an actor with ${OPERATIONS.toLocaleString('en')}, against one with few`,
  measure: (pairs, say) =>
    inLab(async (closers) => {
      const side = await openSide(closers);
      const { filler } = side;
      const now = Date.now();
      const before = (n: number, count: number): number => now - SPAN_MS + Math.floor((n / count) * SPAN_MS);
      const signInOf = (guest: number, n: number, at: number): SignIn => {
        const made = guestSignIn(n, at);
        return { ...made, upn: guestSignIn(guest, at).upn, objectId: guestSignIn(guest, at).objectId };
      };
      const operationOf = (guest: number, n: number, at: number): Operation => guestOperation(n, guest, at);
      await filler.put([operationOf(BUSY_GUEST, 0, now), signInOf(BUSY_ACTOR, 0, now)]);
      await filler.putAll(SIGN_INS, (n) => signInOf(BUSY_GUEST, n + 1, before(n, SIGN_INS)));
      await filler.putAll(OPERATIONS, (n) => operationOf(BUSY_ACTOR, n + 1, before(n, OPERATIONS)), 500);
      await filler.settled();
      say('the busy ones have been busy');
      // Numbers of facts and guests that nobody has had yet.
      let next = SIGN_INS + OPERATIONS;
      const signIns = (guest: number) =>
        costOf(
          side,
          some((n) => signInOf(guest, n, now)),
          STEP,
        );
      const operations = (guest: number) =>
        costOf(
          side,
          some((n) => operationOf(guest, n, now)),
          STEP,
        );
      const some = <F>(make: (n: number) => F): F[] => Array.from({ length: NEW }, () => make(next++));
      const fresh = async (): Promise<number> => {
        const guest = next++;
        await filler.put([signInOf(guest, next++, now - 60_000), operationOf(guest, next++, now - 60_000)]);
        await filler.settled();
        return guest;
      };
      return [
        await compareGrowth(`storms: CPU of a new sign-in of a guest with ${SIGN_INS}`, pairs, say, {
          much: () => signIns(BUSY_GUEST),
          little: async () => signIns(await fresh()),
        }),
        await compareGrowth(`storms: CPU of a new operation of an actor with ${OPERATIONS}`, pairs, say, {
          much: () => operations(BUSY_ACTOR),
          little: async () => operations(await fresh()),
        }),
      ];
    }),
};
