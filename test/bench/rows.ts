/** All rows of the bench, in the order in which they are measured. */
import type { Row } from './figure.ts';
import { answersRow } from './rows/answers.ts';
import { backlogRow } from './rows/backlog.ts';
import { consumerRow } from './rows/consumer.ts';
import { guestsRow } from './rows/guests.ts';
import { latencyRow } from './rows/latency.ts';
import { partitionsRow } from './rows/partitions.ts';
import { quietRow } from './rows/quiet.ts';
import { readersRow } from './rows/readers.ts';
import { replayRow } from './rows/replay.ts';
import { rowsRow } from './rows/rows.ts';
import { sharingRow } from './rows/sharing.ts';
import { standstillRow } from './rows/standstill.ts';
import { storedRow } from './rows/stored.ts';
import { stormsRow } from './rows/storms.ts';
import { tenantsRow } from './rows/tenants.ts';

export const ROWS: readonly Row[] = [
  consumerRow,
  sharingRow,
  partitionsRow,
  backlogRow,
  latencyRow,
  quietRow,
  standstillRow,
  guestsRow,
  storedRow,
  stormsRow,
  tenantsRow,
  answersRow,
  rowsRow,
  readersRow,
  replayRow,
];
