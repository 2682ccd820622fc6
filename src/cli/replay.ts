/** The command `replay`: flags checked, files read, the answer written, what could not be understood counted. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readRule } from '../config.ts';
import { nameTable, type Rule, type View } from '../detection/rule.ts';
import type { Ticks } from '../detection/time.ts';
import { parseTime } from '../detection/timeText.ts';
import { FINDING_VIEWS, type FindingView } from '../detection/views.ts';
import { findingsAt, rowsAt } from '../replay/answer.ts';
import { Collector } from '../replay/collect.ts';
import { compare, type Expectation, type Outcome, wordsOf } from '../replay/expect.ts';
import { type Answer, FORMATS, type Format, format } from '../replay/formats.ts';
import { findInputs, type Input, InputFault, readPieces } from '../replay/input.ts';
import { junitOf } from '../replay/junit.ts';
import { progressOn } from '../replay/progress.ts';
import { type Arguments, suggestion } from './arguments.ts';
import { readExpectations } from './expectations.ts';
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

/** What was expected, and where that and what came of it stand. */
interface Expected {
  readonly file: string;
  readonly expectations: readonly Expectation<FindingView>[];
  /** Null where no report is asked for. */
  readonly junit: string | null;
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
  const time = flags.get('at');
  const at = time === undefined ? null : parseTime(time);
  if (at === undefined) faults.push('--at must be a time such as 2026-11-23T03:12:09Z.');
  const expected = readExpected(flags, asked, io, faults);
  return { request: { asked, at: at ?? null, format: as, strictInput: flags.has('strict-input'), expected }, faults };
}

function readExpected(
  flags: Arguments['flags'],
  { kind, view }: Request['asked'],
  { cwd }: Io,
  faults: string[],
): Expected | null {
  const file = flags.get('expect');
  const junit = flags.get('junit') ?? null;
  if (file === undefined) {
    if (junit !== null) faults.push('--junit tells what came of expectations: give --expect, too.');
    return null;
  }
  const views: readonly FindingView[] = kind === 'rows' ? ROW_VIEWS : FINDING_VIEWS;
  const read = readExpectations<FindingView>(file, cwd, { views, view });
  faults.push(...read.faults);
  return { file, expectations: read.expectations, junit };
}

async function answer(request: Request, inputs: readonly Input[], rule: Rule, io: Io): Promise<number> {
  const facts = await collect(inputs, rule, io);
  await write(io.stdout, format(answerTo(request, facts, rule), request.format, io.stdout.columns ?? TABLE_WIDTH));
  const bad = facts.bad;
  sayBad(bad, facts.counts.futureTimes, io);
  const { expected } = request;
  const isAsExpected = expected === null || sayOutcomes(request, expected, facts, rule, io);
  return isAsExpected && !(request.strictInput && bad.length > 0) ? EXIT.good : EXIT.no;
}

/** Holds the expectations against the facts, and says the difference. Throws an InputFault where the report cannot be written. */
function sayOutcomes({ asked, at }: Request, expected: Expected, facts: Collector, rule: Rule, io: Io): boolean {
  const { file, expectations, junit } = expected;
  const what = asked.kind;
  // The moment is that of all facts, not of those of one actor.
  const moment = what === 'rows' ? (at ?? facts.newestTime()) : at;
  const outcomes = compare(expectations, facts, (own, view) =>
    what === 'findings'
      ? findingsAt(own, moment, view, rule).length
      : moment === null
        ? 0
        : rowsAt(own, moment, view as View, rule).length,
  );
  if (junit !== null) writeReport(junit, junitOf({ file, what, outcomes }), io);
  const failed = outcomes.filter(({ holds }) => !holds);
  sayFaults(
    io,
    failed.map((outcome) => `${file} line ${outcome.expectation.line}: ${wordsOf(outcome, what)}`),
  );
  if (failed.length > 0) sayFaults(io, [sumOf(failed, outcomes)]);
  return failed.length === 0;
}

const sumOf = (failed: readonly Outcome[], all: readonly Outcome[]): string =>
  `${failed.length} of ${all.length} expectation${all.length === 1 ? '' : 's'} not met`;

function writeReport(name: string, text: string, { cwd }: Io): void {
  try {
    writeFileSync(resolve(cwd, name), text);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new InputFault(`--junit ${name} cannot be written${code}.`, { cause: error });
  }
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
      for await (const piece of readPieces(input, () => io.stdin, progress.add)) facts.add(piece, input.name, index++);
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
