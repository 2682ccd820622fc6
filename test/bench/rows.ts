/** All rows of the bench, in the order in which they are measured. */
import type { Row } from './figure.ts';
import { answersRow } from './rows/answers.ts';
import { consumerRow } from './rows/consumer.ts';
import { guestsRow } from './rows/guests.ts';
import { latencyRow } from './rows/latency.ts';
import { quietRow } from './rows/quiet.ts';
import { replayRow } from './rows/replay.ts';

export const ROWS: readonly Row[] = [consumerRow, latencyRow, quietRow, guestsRow, answersRow, replayRow];
