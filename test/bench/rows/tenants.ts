/** Whether a fact costs more where it is one of many tenants'. */
import type { Row } from '../figure.ts';
import { guestSignIn } from '../filling.ts';
import { compareGrowth, costOf, openSide, type Side } from '../growth.ts';
import { inLab } from '../lab.ts';

const TENANTS = 1_000;
const NEW = 4_000;
const STEP = 200;

export const tenantsRow: Row = {
  name: 'tenants',
  about: `CPU of a guest's sign-in where they are of ${TENANTS.toLocaleString('en')} tenants, against one`,
  measure: (pairs, say) =>
    inLab(async (closers) => {
      const [many, one] = [await openSide(closers), await openSide(closers)];
      const now = Date.now();
      const tenantOf = (n: number, tenants: number): string =>
        `aa000000-0000-4000-8000-${String(n % tenants).padStart(12, '0')}`;
      const measure = (side: Side, tenants: number) => (turn: number) => {
        const facts = Array.from({ length: NEW }, (_, i) => ({
          ...guestSignIn(turn * NEW + i, now),
          tenantId: tenantOf(i, tenants),
        }));
        return costOf(side, facts, STEP);
      };
      const sides = { much: measure(many, TENANTS), little: measure(one, 1) };
      return [await compareGrowth(`tenants: CPU of a sign-in, of ${TENANTS} tenants against one`, pairs, say, sides)];
    }),
};
