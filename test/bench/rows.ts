/** All rows of the bench, in the order in which they are measured. */
import type { Row } from './figure.ts';
import { consumerRow } from './rows/consumer.ts';

export const ROWS: readonly Row[] = [consumerRow];
