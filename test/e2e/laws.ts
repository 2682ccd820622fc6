/** What must hold of every service once it has read everything: its answers are those of the naive reading of what was sent. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { fetch } from '../document/fetch.ts';
import * as oracle from '../oracle/naive.ts';
import {
  ask,
  askFor,
  askForAll,
  type Change,
  contentsIn,
  evidenceOf,
  type FactAnswer,
  type FindingAnswer,
  type Follower,
  findingsIn,
  type Parameters,
  type Tenants,
} from './asking.ts';
import { comes, eventually, type Stage } from './support.ts';

export const VIEWS = ['any', 'strict', 'resolved', 'missed', 'accused'] as const;
export type FindingView = (typeof VIEWS)[number];

const MS_PER_HOUR = 3_600_000;
const bothViews = ['strict', 'resolved'] as const;

// --- findings ----------------------------------------------------------------------------------------------------------

/**
 * Waits until the findings are those of the naive reading; fails with what is different if they are not in the end. `readable`
 * is what still stands in the hubs, and must have been read. `tenants` are named where others have sent as well, as in all laws
 * below.
 */
export async function findingsSettle(
  url: string,
  sent: readonly oracle.SentItem[],
  { ms = 60_000, readable = sent, tenants, except }: SettleOptions = {},
): Promise<void> {
  const expected = without(except, expectedFindings(sent, 'any'));
  await readToEnd(url, readable, ms);
  const plain = oracle.inOneOrder(oracle.withoutEvidence(expected));
  let found: unknown[] = [];
  const isThere = async (): Promise<boolean> => {
    const answers = without(except, await findingsIn(url, 'any', tenants));
    found = oracle.inOneOrder(answers.map((one) => withoutEvidence(oracle.contentsOfAnswer(one, []))));
    return isDeepStrictEqual(found, plain);
  };
  if (!(await comes(isThere, ms))) assert.deepEqual(found, plain);
  // Sign-ins that change nothing else in a finding may still be on their way into its evidence.
  const whole = oracle.inOneOrder(expected);
  const isWhole = async (): Promise<boolean> => {
    found = oracle.inOneOrder(without(except, await contentsIn(url, 'any', tenants)));
    return isDeepStrictEqual(found, whole);
  };
  if (!(await comes(isWhole, ms))) assert.deepEqual(found, whole);
}

interface SettleOptions {
  readonly ms?: number;
  readonly readable?: readonly oracle.SentItem[];
  readonly tenants?: Tenants;
  readonly except?: Actors;
}

/** Actors by `nameOf`, whose findings a law says nothing of. */
export type Actors = ReadonlySet<string>;

interface OfActor {
  readonly tenantId: string;
  readonly actorUpn: string;
  readonly actorObjectId: string | null;
}

export const nameOf = ({ tenantId, actorUpn, actorObjectId }: OfActor): string =>
  JSON.stringify([tenantId, actorUpn, actorObjectId]);

const without = <F extends object>(except: Actors | undefined, findings: readonly F[]): readonly F[] =>
  except === undefined ? findings : findings.filter((finding) => !except.has(nameOf(finding as F & OfActor)));

const withoutEvidence = ({ evidence: _, ...rest }: Record<string, unknown>): object => rest;

/** Every field of the contents, with all evidence, of every finding of a view. */
export async function assertFindings(
  url: string,
  sent: readonly oracle.SentItem[],
  view: FindingView,
  { tenants, except }: Pick<SettleOptions, 'tenants' | 'except'> = {},
): Promise<void> {
  const found = without(except, await contentsIn(url, view, tenants));
  assert.deepEqual(oracle.inOneOrder(found), oracle.inOneOrder(without(except, expectedFindings(sent, view))), view);
}

/** Findings of these actors hold every operation of theirs that is there and makes one, and nothing that was never sent. */
export async function assertOutlived(
  url: string,
  { read, sent, of }: { readonly read: Items; readonly sent: Items; readonly of: Actors },
): Promise<void> {
  if (of.size === 0) return;
  const own = (findings: readonly object[]) =>
    (findings as oracle.FindingContents[]).filter((finding) => of.has(nameOf(finding)));
  const operationsOf = (findings: readonly object[]) =>
    own(findings).flatMap(({ evidence }) => evidence.map(({ operation }) => operation.recordId));
  const found = await contentsIn(url, 'any');
  const listed = new Set(operationsOf(found));
  const missing = operationsOf(expectedFindings(read, 'any')).filter((recordId) => !listed.has(recordId));
  const { facts } = readNaively(sent);
  const known = new Set<string | null>([...facts.operations, ...facts.signIns].map(({ recordId }) => recordId));
  const shown = own(found).flatMap(({ evidence }) =>
    evidence.flatMap(({ operation, signIns }) => [operation, ...signIns]),
  );
  const invented = shown.map(({ recordId }) => recordId).filter((recordId) => !known.has(recordId));
  assert.deepEqual({ missing, invented }, { missing: [], invented: [] });
}

type Items = readonly oracle.SentItem[];

export function expectedFindings(
  sent: readonly oracle.SentItem[],
  view: FindingView,
): readonly oracle.FindingContents[] {
  const { facts, findings } = readNaively(sent);
  const known = findings.get(view) ?? oracle.findings(facts, view);
  findings.set(view, known);
  return known;
}

interface NaiveReading {
  readonly items: number;
  readonly facts: oracle.Facts;
  /** By view, as they are asked for. */
  readonly findings: Map<FindingView, readonly oracle.FindingContents[]>;
}

/** It is slow, and asked for again and again. */
const readings = new WeakMap<readonly oracle.SentItem[], NaiveReading>();

function readNaively(sent: readonly oracle.SentItem[]): NaiveReading {
  const known = readings.get(sent);
  if (known?.items === sent.length) return known;
  const reading = { items: sent.length, facts: oracle.readFacts(sent), findings: new Map() };
  readings.set(sent, reading);
  return reading;
}

/** Waits until the event that was sent last to each partition is behind its position. */
export async function readToEnd(url: string, sent: readonly oracle.SentItem[], ms?: number): Promise<void> {
  const last = new Map<string, number>();
  for (const { hub, partition, sequenceNumber } of sent) {
    last.set(`${hub}/${partition}`, sequenceNumber!);
  }
  let behind: string[] = [];
  const isRead = async (): Promise<boolean> => {
    const { hubs } = await coverageOf(url);
    const positions = new Map(
      hubs.flatMap(({ hub, partitions }) =>
        partitions.map(({ partition, position }) => [`${hub}/${partition}`, position?.sequenceNumber ?? -1]),
      ),
    );
    behind = [...last].filter(([place, end]) => (positions.get(place) ?? -1) < end).map(([place]) => place);
    return behind.length === 0;
  };
  await eventually(isRead, () => `partitions are not read to their end: ${behind.join(', ')}`, ms);
}

export interface CoverageAnswer {
  readonly losses: readonly { readonly detail: string }[];
  readonly hubs: readonly {
    readonly hub: string;
    readonly partitions: readonly {
      readonly partition: string;
      readonly reader: string | null;
      readonly position: { readonly sequenceNumber: number } | null;
      readonly rebuilding: object | null;
      readonly spans: readonly { readonly from: string; readonly until: string }[];
      readonly gaps: readonly { readonly from: string | null; readonly until: string | null }[];
    }[];
  }[];
}

/** Until no partition is being read again after a loss. */
export async function awaitRebuilt(url: string, ms?: number): Promise<void> {
  const rebuilding = async () =>
    (await coverageOf(url)).hubs.flatMap(({ hub, partitions }) =>
      partitions.filter((one) => one.rebuilding !== null).map(({ partition }) => `${hub}/${partition}`),
    );
  await eventually(
    async () => (await rebuilding()).length === 0,
    'every partition is where it was before the loss',
    ms,
  );
}

export const coverageOf = (url: string): Promise<CoverageAnswer> => askFor(url, '/v1/coverage');

/** A killed process, another owner and a doubled event are no loss, and nothing is passed over. */
export async function assertNothingLost(url: string): Promise<void> {
  const { losses, hubs } = await coverageOf(url);
  assert.deepEqual(losses, []);
  assert.deepEqual(
    hubs.flatMap(({ partitions }) => partitions.flatMap(({ gaps }) => gaps)),
    [],
  );
}

// --- sources -----------------------------------------------------------------------------------------------------------

/** Every source in the evidence leads to the very bytes of its record, and every ledger follows the record's way. */
export async function assertSources(url: string, sent: readonly oracle.SentItem[]): Promise<void> {
  const bodies = new Map(sent.map((item) => [`${item.hub}/${item.partition}/${item.sequenceNumber}`, item.body]));
  const records = new Map([...bodies].map(([place, body]) => [place, oracle.splitBody(body).records]));
  let facts = 0;
  for (const { id } of await findingsIn(url, 'any')) {
    for (const { variants, operation, signIns, latency } of await evidenceOf(url, id)) {
      const { enqueuedAt, receivedAt, decidedAt } = latency;
      assert.equal(enqueuedAt, operation.source.enqueuedAt);
      // All clocks are one here.
      assert.ok(enqueuedAt! <= receivedAt! && receivedAt! <= decidedAt!, JSON.stringify(latency));
      for (const { source } of [operation, ...variants, ...signIns]) {
        const slice = records.get(placeOf(source))?.[source.recordIndex];
        assert.ok(slice, `there is no record at ${JSON.stringify(source)}`);
        assert.equal(sha256(slice), source.sha256);
        facts++;
      }
    }
  }
  assert.ok(facts > 0);
}

const placeOf = ({ hub, partition, sequenceNumber }: FactAnswer['source']): string =>
  `${hub}/${partition}/${sequenceNumber}`;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

// --- the feed ----------------------------------------------------------------------------------------------------------

/** What a sign-in may move in a finding without a revision of its own. */
const QUIET = ['lastSignIn', 'signInIp', 'guestUpn'];

/** Each revision once, those of a finding in order from 1 on, and the last of them what is stored. */
export async function assertFeed(url: string, changes: readonly Change[]): Promise<void> {
  const last = new Map<string, FindingAnswer>();
  for (const { finding, reason } of changes) {
    assert.equal(finding.revision, (last.get(finding.id)?.revision ?? 0) + 1, `${reason} of ${finding.id}`);
    last.set(finding.id, finding);
  }
  const listed = await findingsIn(url, 'any');
  for (const { id } of listed) assert.ok(last.has(id), `the feed never told of ${id}`);
  for (const [id, told] of last) {
    const stored = await askFor<FindingAnswer>(url, `/v1/findings/${id}`);
    assert.equal(
      stored.supersededBy === null,
      listed.some((finding) => finding.id === id),
      id,
    );
    assert.deepEqual(settled(told), settled(stored));
  }
}

/** The last survivor may be another by now than when it was told. */
function settled({ supersededBy, ...finding }: FindingAnswer): object {
  const entries = Object.entries(finding).filter(([name]) => !QUIET.includes(name));
  return { ...Object.fromEntries(entries), isSuperseded: supersededBy !== null };
}

/** The feed from its beginning, in pages. */
export async function wholeFeed(url: string): Promise<Change[]> {
  const changes: Change[] = [];
  for (let cursor = 'begin'; ; ) {
    const page = await askFor<{ items: Change[]; cursor: string }>(url, '/v1/changes', { after: cursor, limit: 37 });
    changes.push(...page.items);
    if (page.items.length === 0) return changes;
    assert.equal(page.items.at(-1)!.cursor, page.cursor);
    cursor = page.cursor;
  }
}

// --- rows --------------------------------------------------------------------------------------------------------------

interface RowsAnswer {
  readonly at: string;
  readonly rows: readonly oracle.Row[];
}

export const rowsOf = (url: string, parameters: Parameters): Promise<RowsAnswer> =>
  askFor(url, '/v1/rule/rows', parameters);

/** The rows of some moments are those of the naive reading, and there are some. */
export async function assertRows(url: string, sent: readonly oracle.SentItem[], momentsMax: number): Promise<void> {
  assert.ok((await compareRows(url, sent, momentsMax)) > 0);
}

/** The rule's rows of every tenant and both views: now, and at moments at which something happens. Resolves with their number. */
export async function compareRows(url: string, sent: readonly oracle.SentItem[], momentsMax: number): Promise<number> {
  const { facts } = readNaively(sent);
  const tenants = new Set([...facts.operations, ...facts.signIns].map(({ tenantId }) => tenantId));
  let rows = 0;
  for (const tenantId of tenants) {
    const own = factsOfTenant(facts, tenantId);
    for (const view of bothViews) {
      const now = await rowsOf(url, { tenantId, view });
      assert.deepEqual(now.rows, oracle.rows(own, { now: oracle.readTime(now.at)! }, view, tenantId));
      for (const at of momentsOf(facts, momentsMax)) {
        const text = oracle.writeTime(at);
        const found = await rowsOf(url, { tenantId, view, at: text });
        assert.deepEqual(found.rows, oracle.rows(own, at, view, tenantId), `${view} rows of ${tenantId} at ${text}`);
        rows += found.rows.length;
      }
    }
  }
  return rows;
}

/** Fewer for the naive reading to go through, which looks at all facts of every tenant again for each row. */
const factsOfTenant = (facts: oracle.Facts, tenantId: string): oracle.Facts => ({
  ...facts,
  signIns: facts.signIns.filter((signIn) => signIn.tenantId === tenantId),
  operations: facts.operations.filter((operation) => operation.tenantId === tenantId),
});

/** Of a fact's time and a window later, each with the ticks beside it, those that a whole window is kept of: some of them, evenly. */
function momentsOf(facts: oracle.Facts, most: number): bigint[] {
  const earliest = oracle.ticksOfMs(Date.now() - 24 * MS_PER_HOUR + 60_000);
  const times = [...facts.signIns, ...facts.operations].map(({ time }) => time);
  const moments = times
    .flatMap((time) => [time, time + oracle.WINDOW_TICKS])
    .flatMap((time) => [time - 1n, time, time + 1n])
    .filter((time) => time >= earliest)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const step = Math.max(1, moments.length / most);
  const some = Array.from({ length: Math.min(most, moments.length) }, (_, i) => moments[Math.floor(i * step)]!);
  return [...new Set([earliest, ...some])];
}

/** A window that begins before what is kept is refused, one that begins after it is not. */
export async function assertRetentionEdge(url: string, tenantId: string): Promise<void> {
  const rowsAt = (ms: number) => ask(url, '/v1/rule/rows', { tenantId, at: new Date(ms).toISOString() });
  const edge = Date.now() - 24 * MS_PER_HOUR;
  assert.equal((await rowsAt(edge + 60_000)).status, 200);
  const { status, body } = await rowsAt(edge - 1);
  assert.equal(status, 400);
  assert.match((body as { type: string }).type, /beyond_retention$/);
}

// --- dead letters and counts -------------------------------------------------------------------------------------------

interface LetterAnswer {
  readonly reason: string;
  readonly source: FactAnswer['source'] & { readonly recordIndex: number | null };
}

/** The naive reading has its own word for what lies too far in the future. */
const REASONS: Readonly<Record<string, string>> = { beyond_future: 'future_time' };

/** Each dead letter of the naive reading is kept once, with its place, and no other; where others have sent as well, of what was sent here. */
export async function assertDeadLetters(
  url: string,
  sent: readonly oracle.SentItem[],
  tenants?: Tenants,
): Promise<void> {
  const letters = await askForAll<LetterAnswer>(url, '/v1/dead-letters', { limit: tenants === undefined ? 17 : 100 });
  const places = new Set(sent.map(({ hub, partition, sequenceNumber }) => `${hub}/${partition}/${sequenceNumber}`));
  const found = letters
    .filter(({ source }) => tenants === undefined || places.has(placeOf(source)))
    .map(({ reason, source }) => `${placeOf(source)} ${source.recordIndex ?? 'whole'} ${reason}`);
  const expected = readNaively(sent).facts.deadLetters.map(({ reason, item, recordIndex }) => {
    const { hub, partition, sequenceNumber } = item;
    return `${hub}/${partition}/${sequenceNumber} ${recordIndex ?? 'whole'} ${REASONS[reason] ?? reason}`;
  });
  assert.deepEqual(found.sort(), expected.sort());
}

/** Every record that was sent is a fact, irrelevant or a dead letter, and the metrics say how many of each. */
export async function assertCounts(opsUrl: string, sent: readonly oracle.SentItem[]): Promise<void> {
  const { facts } = readNaively(sent);
  const records = sent.reduce((sum, { body }) => sum + oracle.splitBody(body).records.length, 0);
  const inRecords = facts.deadLetters.filter(({ recordIndex }) => recordIndex !== undefined).length;
  const metrics = await metricsOf(opsUrl);
  assert.equal(metrics('guestwatch_events_total'), sent.length);
  assert.equal(metrics('guestwatch_dead_letters_total'), facts.deadLetters.length);
  assert.equal(metrics('guestwatch_records_total', 'outcome="irrelevant"'), facts.ignored);
  assert.equal(metrics('guestwatch_facts_total'), records - facts.ignored - inRecords);
  // A sign-in that gave way was new, if it came before those that it gave way to.
  const distinct = (signIns: readonly oracle.SignIn[]) =>
    new Set([...signIns, ...facts.operations].map(oracle.identityOf)).size;
  const newFacts = metrics('guestwatch_facts_total', 'outcome="new"');
  assert.ok(newFacts >= distinct(oracle.thin(facts.signIns)), `${newFacts} new facts are too few`);
  assert.ok(newFacts <= distinct(facts.signIns), `${newFacts} new facts are too many`);
}

/** Sums the series of a metric that have a label. */
async function metricsOf(opsUrl: string): Promise<(name: string, label?: string) => number> {
  const text = await (await fetch(`${opsUrl}/metrics`)).text();
  return (name, label = '') =>
    text
      .split('\n')
      .filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && line.includes(label))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** All that must hold of a service that has read a stage, and of the feed for whoever followed it from the beginning. */
export async function assertAll(url: string, { sent }: Pick<Stage, 'sent'>, follower?: Follower): Promise<void> {
  await findingsSettle(url, sent);
  await assertDeadLetters(url, sent);
  await assertFeed(url, await wholeFeed(url));
  if (follower) await assertFeed(url, await follower.close());
  await assertNothingLost(url);
}
