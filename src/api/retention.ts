/** The problem with a moment whose window begins before what is kept. */
import type { BeyondRetention } from './ports.ts';
import { type Problem, problem } from './problem.ts';

export function beyondRetention({ earliest }: BeyondRetention): Problem {
  const detail = `must not be before ${earliest}: its window would begin before what is kept`;
  return problem('beyond_retention', `\`at\` ${detail}.`, { errors: [{ in: 'query', name: 'at', detail }] });
}
