/** What was read. */

import type * as coverage from '../schema/coverage.ts';
import type { View } from '../schema/words.ts';
import type { Caller } from './common.ts';

export type Coverage = View<typeof coverage.Coverage>;

export interface CoveragePort {
  /** Hubs by name, partitions by number. It answers also while nothing is read, and then says so. */
  now(caller: Caller): Promise<Coverage>;
}
