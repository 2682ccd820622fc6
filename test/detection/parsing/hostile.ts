/** Records that could be facts, odd in every place, and written as a hostile writer may. */
import fc from 'fast-check';
import { operation, operationRow, signIn, signInRow } from './make.ts';

/** How often a law of the fast path is tried: some thousands by default, `PARSING_RUNS=100000` for a long run. */
export const RUNS = Number(process.env['PARSING_RUNS'] || 3_000);

/** Any value in any place of a record that could be a fact. */
const oddValue = fc.oneof(
  fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' }),
  fc.constantFrom(
    'Guest',
    'success',
    '0',
    0,
    'Add member to role',
    'Add members to role',
    'AuditLogs',
    'SignInLogs',
    null,
    {},
    [],
  ),
);
const KEYS_INSIDE = [
  'userType',
  'userPrincipalName',
  'userId',
  'id',
  'result',
  'initiatedBy',
  'targetResources',
  'additionalDetails',
];
const KEYS_OUTSIDE = [
  'time',
  'tenantId',
  'category',
  'resultType',
  'operationName',
  'properties',
  'TimeGenerated',
  'Type',
  'UserType',
  'OperationName',
];
const someKeys = (keys: readonly string[]) => fc.dictionary(fc.constantFrom(...keys), oddValue, { maxKeys: 3 });
const hostileRecord = fc
  .tuple(
    fc.constantFrom(signIn, operation),
    someKeys(KEYS_OUTSIDE),
    someKeys(KEYS_INSIDE),
    fc.constantFrom(0, 1, 2),
    fc.boolean(),
  )
  .map(([make, outside, inside, shape, excluded]) => {
    const isSignIn = make === signIn;
    if (shape === 0) {
      const row = isSignIn ? signInRow : operationRow;
      return row({ ...(excluded && { UserType: 'Member', OperationName: 'Update user' }), ...outside });
    }
    return make(
      { ...(excluded && !isSignIn && { operationName: 'Update user' }), ...outside },
      shape === 1 ? { ...(excluded && isSignIn && { userType: 'Member' }), ...inside } : {},
    );
  });

/** Writes JSON as a hostile writer may: letters as escapes, cases changed, keys in any order and twice, white space, look-alike text. */
export const hostileText = fc
  .tuple(hostileRecord, fc.infiniteStream(fc.nat(99)), fc.boolean(), fc.boolean())
  .map(([record, dice, escapes, wraps]) => {
    const roll = (of: number): boolean => (dice.next().value as number) < of;
    const spell = (text: string): string => {
      const plain = JSON.stringify(text);
      if (!escapes || roll(70)) return plain;
      return plain.replace(/[A-Za-z .]/g, (c, i: number) =>
        plain[i - 1] === '\\' || plain.slice(Math.max(0, i - 5), i).includes('\\u') || roll(60)
          ? c
          : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    };
    const write = (value: unknown): string => {
      if (typeof value === 'string') return spell(value);
      if (typeof value !== 'object' || value === null) return JSON.stringify(value);
      if (Array.isArray(value)) return `[${value.map(write).join(', ')}]`;
      const members = Object.entries(value).filter(([, inner]) => inner !== undefined);
      if (roll(10)) members.reverse();
      if (roll(10)) members.unshift(['userType', 'Member'], ['operationName', 'Update user']);
      if (roll(5)) members.push(['note', '"userType":"Guest","operationName":"Add policy."']);
      const text = members.map(([key, inner]) => `${spell(key)}${roll(20) ? ' \n: ' : ':'}${write(inner)}`).join(',');
      return roll(3) && wraps ? spell(`{${text}}`) : `{${text}}`;
    };
    return write(JSON.parse(JSON.stringify(record)));
  })
  .filter((text) => text.startsWith('{'));
