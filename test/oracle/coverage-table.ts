// Prints what the hostile scenarios of some seeds reach: node --import tsx test/oracle/coverage-table.ts [count] [seeds].

import { type Coverage, coverageOf } from './coverage.ts';
import { arrangeEvents, EXTRA_OPERATIONS, hostileScenario } from './hostile.ts';

const count = Number(process.argv[2] ?? 600);
const seeds = Array.from({ length: Number(process.argv[3] ?? 8) }, (_, i) => i + 1);
const columns: Coverage[] = seeds.map((seed) => {
  const scenario = hostileScenario(seed, count);
  return coverageOf(arrangeEvents(scenario.records, scenario.arrangement), EXTRA_OPERATIONS);
});

console.log(['seed'.padEnd(28), ...seeds.map((seed) => String(seed).padStart(6))].join(''));
for (const key of Object.keys(columns[0] ?? {})) {
  console.log([key.padEnd(28), ...columns.map((column) => String(column[key]).padStart(6))].join(''));
}
