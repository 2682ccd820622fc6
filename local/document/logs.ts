/** The page of all events that the log tells of, made of the list that the log itself is written by. */
import { LOG_EVENTS } from '../../src/log.ts';

export const LOGS = new URL('../../docs/logs.md', import.meta.url);

const HEAD = `# The log

The service logs to standard error, one line of JSON for each event:

    {"level":40,"time":"2026-03-02T09:14:07.512Z","event":"partition_stalled","hub":"insights-logs-auditlogs","partition":"2",
     "code":"redis_out_of_memory","err":{…},"msg":"the partition is stalled, and is tried again: cannot apply"}

\`event\` is stable: build on it, not on \`msg\`. \`level\` is 30 for info, 40 for warn, 50 for error, 60 for fatal; \`LOG_LEVEL\` says from
which on lines are written. What stands beside it is named below, with \`hub\` and \`partition\`, \`webhook\` or \`reqId\` where it is about
one. No line holds a secret, a token, a whole record, or what a caller asked for. A field that is not named here may come and go.

This page is made by \`npm run document\` out of \`src/log.ts\`.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|');

export function logsText(): string {
  const rows = Object.entries(LOG_EVENTS).map(
    ([event, { level, message, about, act }]) =>
      `| \`${event}\` | ${level} | ${cell(message)} | ${cell(about)} | ${cell(act)} |`,
  );
  return `${HEAD}\n| event | level | it says | when | what to do |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}
