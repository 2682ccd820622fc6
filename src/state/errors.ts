/** What can go wrong with Redis, for callers that know none of it. */

/** How `guard.lua` begins its refusal. */
export const OTHER_RULE = 'OTHERRULE';

/** How a server answers that is there and cannot serve just now. */
const NOT_NOW = /^(BUSY|CLUSTERDOWN|LOADING|MASTERDOWN|MISCONF|NOREPLICAS|OOM|READONLY|TRYAGAIN)\b/;

/** Redis could not be asked, or would not answer; trying again later may help. `code` is fixed for callers that know no Redis. */
export class StateUnavailable extends Error {
  readonly code = 'state_unavailable';
  /** What stands in the way, for those on call. */
  readonly reason:
    | 'redis_unreachable'
    | 'redis_out_of_memory'
    | 'redis_read_only'
    | 'redis_not_ready'
    | 'rule_not_adopted';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    const [word = ''] = /^[A-Z]+\b/.exec(message) ?? [];
    if (word === 'OOM') this.reason = 'redis_out_of_memory';
    else if (word === 'READONLY') this.reason = 'redis_read_only';
    else if (word === OTHER_RULE) this.reason = 'rule_not_adopted';
    else this.reason = NOT_NOW.test(message) ? 'redis_not_ready' : 'redis_unreachable';
  }
}

/** Whether a step was refused because another rule is in force: this process writes nothing until its own is adopted. */
export const isOfOtherRule = (error: unknown): boolean =>
  error instanceof StateUnavailable && error.reason === 'rule_not_adopted';

/** What is in Redis is not for this program: another schema or number of shards, or a policy that loses data. */
export class StateRefused extends Error {
  readonly code = 'state_refused';
}

/** What went wrong with a command, in the word that callers know, unless the reply says that the command was at fault. */
export function asUnavailable(error: Error): Error {
  if (error.name === 'ReplyError' && !NOT_NOW.test(error.message)) return error;
  return new StateUnavailable(error.message, { cause: error });
}
