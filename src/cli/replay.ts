/** The command `replay`: flags checked, files read, the answer written, what could not be understood counted. */
import { readRule } from '../config.ts';
import { nameTable, type Rule, type View } from '../detection/rule.ts';
import type { Ticks } from '../detection/time.ts';
import { parseTime } from '../detection/timeText.ts';
import { FINDING_VIEWS, type FindingView } from '../detection/views.ts';
import { findingsAt, rowsAt } from '../replay/answer.ts';
import { Collector } from '../replay/collect.ts';
import { type Count, compare } from '../replay/expect.ts';
import { type Answer, FORMATS, type Format, format } from '../replay/formats.ts';
import { findInputs, type Input, InputFault, readPieces } from '../replay/input.ts';
import { progressOn } from '../replay/progress.ts';
import { version } from '../version.ts';
import { type Arguments, suggestion } from './arguments.ts';
import { type Expected, readExpected, sayOutcomes } from './expectations.ts';
import { EXIT, type Io, type Output, sayFaults } from './io.ts';

const ROW_VIEWS = ['strict', 'resolved'] as const satisfies readonly View[];
/** Where a table goes that is written to no terminal. */
const TABLE_WIDTH = 100;

interface Request {
  /** The view decides which of the two is asked for. */
  readonly asked:
    | { readonly kind: 'rows'; readonly view: View }
    | { readonly kind: 'findings'; readonly view: FindingView };
  readonly at: Ticks | null;
  readonly format: Format;
  readonly strictInput: boolean;
  readonly expected: Expected | null;
}

export async function replay(args: Arguments, io: Io): Promise<number> {
  const { request, faults } = readRequest(args, io);
  const own = readRule(io.env);
  const found = findInputs(args.positionals, io.cwd);
  if (args.positionals.length === 0) found.faults.push('replay needs at least one file; - is standard input.');
  const settings = 'problems' in own ? own.problems.map(({ message }) => message) : [];
  const all = [...args.faults, ...faults, ...found.faults, ...settings];
  if (all.length > 0 || 'problems' in own) {
    sayFaults(io, all);
    return EXIT.fault;
  }
  try {
    return await answer(request, found.inputs, own.rule, io);
  } catch (error) {
    if (!(error instanceof InputFault)) throw error;
    sayFaults(io, [error.message]);
    return EXIT.fault;
  }
}

function readRequest({ flags }: Arguments, io: Io): { request: Request; faults: string[] } {
  const faults: string[] = [];
  const rows = flags.has('rows');
  if (rows && flags.has('findings')) faults.push('--rows and --findings are two answers: ask for one.');
  const choice = <Word extends string>(flag: string, words: readonly Word[], byDefault: Word, of: string): Word => {
    const written = flags.get(flag);
    const word = words.find((known) => known === written);
    if (written !== undefined && word === undefined) {
      faults.push(`--${flag} ${written} is none of the ${of}: ${words.join(', ')}.${suggestion(written, words)}`);
    }
    return word ?? byDefault;
  };
  const asked = rows
    ? ({ kind: 'rows', view: choice<View>('view', ROW_VIEWS, 'strict', 'views of rows') } as const)
    : ({
        kind: 'findings',
        view: choice<FindingView>('view', FINDING_VIEWS, 'resolved', 'views of findings'),
      } as const);
  const as = choice<Format>('format', FORMATS, io.stdout.isTTY === true ? 'table' : 'json', 'formats');
  if (rows && as === 'ocsf') faults.push('--rows has no --format ocsf: OCSF is a form of findings.');
  const time = flags.get('at');
  const at = time === undefined ? null : parseTime(time);
  if (at === undefined) faults.push('--at must be a time such as 2026-11-23T03:12:09Z.');
  const views = rows ? ROW_VIEWS : FINDING_VIEWS;
  const expected = readExpected(flags, { views, view: asked.view }, io, faults);
  return { request: { asked, at: at ?? null, format: as, strictInput: flags.has('strict-input'), expected }, faults };
}

async function answer(request: Request, inputs: readonly Input[], rule: Rule, io: Io): Promise<number> {
  const facts = await collect(inputs, rule, io);
  await write(
    io.stdout,
    format(answerTo(request, facts, rule), request.format, {
      width: io.stdout.columns ?? TABLE_WIDTH,
      ocsf: { productVersion: version(), rule },
    }),
  );
  const bad = facts.bad;
  sayBad(bad, facts.counts.futureTimes, io);
  const { expected } = request;
  const isAsExpected = expected === null || judge(request, expected, facts, rule, io);
  return isAsExpected && !(request.strictInput && bad.length > 0) ? EXIT.good : EXIT.no;
}

/** Holds the expectations against the facts, each by its view. */
function judge({ asked, at }: Request, expected: Expected, facts: Collector, rule: Rule, io: Io): boolean {
  // The moment is that of all facts, not of those of one actor.
  const moment = at ?? facts.newestTime();
  const count: Count<FindingView> =
    asked.kind === 'findings'
      ? (own, view) => findingsAt(own, at, view, rule).length
      : (own, view) => (moment === null ? 0 : rowsAt(own, moment, view as View, rule).length);
  return sayOutcomes({ ...expected, what: asked.kind, outcomes: compare(expected.expectations, facts, count) }, io);
}

async function collect(inputs: readonly Input[], rule: Rule, io: Io): Promise<Collector> {
  const facts = new Collector(nameTable(rule), io.now());
  const total = inputs.reduce<number | null>(
    (sum, { bytes }) => (sum === null || bytes === null ? null : sum + bytes),
    0,
  );
  const progress = progressOn(io.stderr, total, io.now);
  try {
    for (const input of inputs) {
      let index = 0;
      for await (const pieces of readPieces(input, () => io.stdin, progress.add)) {
        for (const piece of pieces) facts.add(piece, input.name, index++);
      }
    }
  } finally {
    progress.done();
  }
  return facts;
}

function answerTo({ asked, at }: Request, facts: Collector, rule: Rule): Answer {
  if (asked.kind === 'findings') return { kind: 'findings', items: findingsAt(facts, at, asked.view, rule) };
  const moment = at ?? facts.newestTime();
  // Without facts there is no moment, and no rows either.
  return { kind: 'rows', items: moment === null ? [] : rowsAt(facts, moment, asked.view, rule) };
}

function sayBad(bad: readonly (readonly [string, number])[], futureTimes: number, io: Io): void {
  const count = bad.reduce((sum, [, times]) => sum + times, 0);
  const reasons = bad.map(([reason, times]) => `${reason} ${times}`).join(', ');
  if (count > 0) sayFaults(io, [`${count} bad record${count === 1 ? '' : 's'}: ${reasons}`]);
  if (futureTimes > 0)
    sayFaults(io, [
      `${futureTimes} fact${futureTimes === 1 ? '' : 's'} more than 5 minutes in the future (future_time)`,
    ]);
}

/** Writes at the reader's pace, and ends quietly when the reader has had enough, as `head` does. */
async function write(output: Output, parts: Iterable<string>): Promise<void> {
  let isClosed = false;
  const closed = new Promise<void>((resolve) => {
    output.on('error', (error: NodeJS.ErrnoException) => {
      isClosed = true;
      if (error.code !== 'EPIPE') throw error;
      resolve();
    });
  });
  for (const part of parts) {
    if (isClosed) return;
    if (!output.write(part))
      await Promise.race([closed, new Promise<void>((resolve) => output.once('drain', resolve))]);
  }
}
