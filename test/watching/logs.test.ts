/** Every line of the log has its event, and the page of events is the list that the log is written by. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSync, Visitor } from 'oxc-parser';
import { LOGS, logsText } from '../../local/document/logs.ts';
import { LOG_EVENTS } from '../../src/log.ts';
import { filesUnder, type SourceFile } from '../architecture/source.ts';
import { alerts, read } from './files.ts';

const THE_LIST = 'src/log.ts';
const sources = filesUnder('src').filter(({ path }) => path !== THE_LIST);
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/** Calls of a level by hand, such as `logger.warn(…)`. */
function linesByHand({ path, text }: SourceFile): string[] {
  const found: string[] = [];
  new Visitor({
    CallExpression: ({ callee, start }) => {
      if (callee.type !== 'MemberExpression') return;
      const { object, property } = callee;
      // Redis has an INFO of its own.
      if (object.type === 'Identifier' && ['client', 'node'].includes(object.name)) return;
      const name = property.type === 'Identifier' ? property.name : 'value' in property ? property.value : null;
      if (LEVELS.includes(String(name))) found.push(`${path}:${text.slice(0, start).split('\n').length}`);
    },
  }).visit(parseSync(path, text).program);
  return found;
}

test('no line is written past the list of events', () => {
  assert.ok(sources.length > 100);
  assert.deepEqual(sources.flatMap(linesByHand), []);
  for (const text of ["logger.warn({}, 'a');", "deps.logger['error']({}, 'a');", "request.log?.info('a');"])
    assert.equal(linesByHand({ path: 'src/plant.ts', text }).length, 1, text);
});

test('every event of the list is told somewhere', () => {
  const text = sources.map((source) => source.text).join('\n');
  const untold = Object.keys(LOG_EVENTS).filter((event) => !text.includes(`'${event}'`));
  // Put into lines that libraries write, by the list itself.
  assert.deepEqual(untold, ['library']);
});

test('the page of events is made of the list: `npm run document` writes it', () => {
  assert.equal(read('docs/logs.md'), logsText());
  assert.match(LOGS.pathname, /docs\/logs\.md$/);
});

test('where an event leads to a section of the run-book there is one, and its words name no event that is not there', () => {
  const names = new Set(alerts().map(({ alert }) => alert));
  for (const [event, { act, about }] of Object.entries(LOG_EVENTS)) {
    assert.match(event, /^[a-z]+(_[a-z]+)*$/);
    for (const [alert] of act.matchAll(/Guestwatch\w+/g)) assert.ok(names.has(alert), `${event}: ${alert}`);
    for (const [, named] of `${act} ${about}`.matchAll(/`([a-z]+_[a-z_]+)`/g))
      if (named !== 'owner_lost') assert.ok(Object.hasOwn(LOG_EVENTS, named!), `${event}: ${named}`);
  }
});
