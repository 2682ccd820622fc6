/** What coverage looks like from outside: what was read without a gap, so that silence can be told from deafness. */
import * as w from './words.ts';

export const SILENCES = ['nothing_happened', 'nothing_arrived'] as const;
export const LOSS_REASONS = ['state_lost', 'findings_lost', 'keys_evicted', 'hub_recreated', 'events_expired'] as const;
export const GAP_REASONS = ['expired', 'lost_state', 'hub_recreated'] as const;

const silence = w.choice(
  SILENCES,
  'What silence means here: `nothing_happened` (all that was sent has been read) or `nothing_arrived` (something is missing, behind or standing still).',
);

const Span = w.shape('Span', 'A span of enqueued time, both ends included.', {
  from: w.time('Start.'),
  until: w.time('End.'),
});

const Gap = w.shape('Gap', 'A span of enqueued time that was not, and will not be, read.', {
  from: w.timeOrNull('Start; null where it is not known.'),
  until: w.timeOrNull('End; null where it is not known.'),
  reason: w.choice(GAP_REASONS, 'Why.'),
  detail: w.text('In a sentence.', 'The hub no longer held the events 100 to 199.'),
});

const Rebuilding = w.shape('Rebuilding', 'Reading again after a loss of state.', {
  since: w.time('When the loss was noticed; of one that nobody has noticed yet, the moment of this answer.'),
  until: w.timeOrNull('The enqueued time up to which it had been read before; null where it is not known.'),
});

const Position = w.shape('Position', 'The last event whose facts are safe.', {
  sequenceNumber: w.count('Its sequence number.', 4711),
  enqueuedAt: w.time('Its enqueued time.'),
});

const PartitionCoverage = w.shape('PartitionCoverage', 'How far one partition was read.', {
  partition: w.text('Partition id.', '0'),
  reader: w.textOrNull('The process that reads it; null while nobody does.', 'guestwatch-1'),
  position: w.orNull(Position, 'The last event whose facts are safe; null before the first.'),
  lastSequenceNumber: w.countOrNull("The partition's last event, when last asked.", 4711),
  lag: w.countOrNull('Events not yet read; null where it is not known.', 0),
  readToEndAt: w.timeOrNull('When it was last seen read to its end.'),
  spans: w.listOf(Span, 'Spans of enqueued time read without a gap, oldest first.'),
  gaps: w.listOf(Gap, 'Spans that are lost, oldest first.'),
  eventTimeThrough: w.timeOrNull('Estimate: events that happened before this have been read.'),
  delayMs: w.countOrNull(
    'The delay between event time and enqueued time that the estimate allows for, in ms.',
    120_000,
  ),
  rebuilding: w.orNull(
    Rebuilding,
    'Not null while state is missing: from the loss on until the partition has been read again up to where it was.',
  ),
  stalled: w.textOrNull('Why it stands still; null while it does not.', null),
  silence,
});

export const Coverage = w.shape('Coverage', 'What has been read of every hub and partition, and what silence means.', {
  at: w.time('The moment of this answer.'),
  silence,
  detail: w.text(
    'What `silence` rests on, in a sentence.',
    'All 8 partitions were read to their end within the last minute.',
  ),
  eventTimeThrough: w.timeOrNull('Estimate over all partitions: events that happened before this have been read.'),
  clock: w.shape('RetentionClock', 'The clock by which facts expire.', {
    time: w.time('What it shows: the wall clock, held back while there is a backlog.'),
    heldBackMs: w.count('How far it is held back, in ms.', 0),
    heldBy: w.textOrNull('The partition that holds it back, as hub/partition.', null),
  }),
  readers: w.listOf(
    w.shape('Reader', 'A process that reads partitions.', {
      name: w.text('Its name.', 'guestwatch-1'),
      partitions: w.count('How many partitions it owns.', 8),
      seenAt: w.timeOrNull('When it was last heard of.'),
    }),
    'All processes that read.',
  ),
  losses: w.listOf(
    w.shape('Loss', 'State that was lost and noticed.', {
      at: w.time('When it was noticed.'),
      reason: w.choice(
        LOSS_REASONS,
        '`state_lost`: facts, read again as far as the hub holds them; `findings_lost`: what cannot be made again (triage, and findings older than the hub); `keys_evicted`: Redis let keys go; `hub_recreated`: another hub under the name; `events_expired`: events that the hub no longer held.',
      ),
      detail: w.text('What was lost, and what was done.', 'Shard 0 was empty; all partitions went back 48 h.'),
    }),
    'Losses of state, oldest first.',
  ),
  hubs: w.listOf(
    w.shape('HubCoverage', 'How far one hub was read.', {
      hub: w.text('Name of the event hub.', 'insights-logs-auditlogs'),
      createdAt: w.timeOrNull('When the hub was made: another time is another hub.'),
      partitions: w.listOf(PartitionCoverage, 'By partition id.'),
    }),
    'By name.',
  ),
});
