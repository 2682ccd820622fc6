/** What can go wrong with Redis, for callers that know none of it. */

/** How `guard.lua` begins its refusal. */
export const OTHER_RULE = 'OTHERRULE';

/** How a server answers that is there and cannot serve just now. */
const NOT_NOW = /^(BUSY|CLUSTERDOWN|LOADING|MASTERDOWN|MISCONF|NOREPLICAS|OOM|READONLY|TRYAGAIN)\b/;

/** How a server answers who does not let us in, or not to what we ask, be it within a script. */
const NOT_ALLOWED = /\b(NOAUTH|NOPERM|WRONGPASS)\b|The user executing the script can't|ACL failure in script/;

/** What the one who runs it has to do then. */
const LEAVE =
  'Put the user and its password into REDIS_URL, and let it run all commands on keys and channels of guestwatch; with ' +
  'REDIS_ENTRA, give the identity a data access policy: "default" on Azure Managed Redis, "Data Owner" on Azure Cache for Redis.';

/** Redis could not be asked, or would not answer; trying again later may help. `code` is fixed for callers that know no Redis. */
export class StateUnavailable extends Error {
  readonly code = 'state_unavailable';
  /** What stands in the way, for those on call. */
  readonly reason: UnavailableReason;

  constructor(message: string, options?: ErrorOptions) {
    const reason = reasonOf(message);
    super(reason === 'redis_unauthorized' ? `${message.replace(/\.?$/, '.')} ${LEAVE}` : message, options);
    this.reason = reason;
  }
}

type UnavailableReason =
  | 'redis_unreachable'
  | 'redis_unauthorized'
  | 'redis_out_of_memory'
  | 'redis_read_only'
  | 'redis_not_ready'
  | 'rule_not_adopted';

function reasonOf(message: string): UnavailableReason {
  const [word = ''] = /^[A-Z]+\b/.exec(message) ?? [];
  if (word === 'OOM') return 'redis_out_of_memory';
  if (word === 'READONLY') return 'redis_read_only';
  if (word === OTHER_RULE) return 'rule_not_adopted';
  if (NOT_ALLOWED.test(message)) return 'redis_unauthorized';
  return NOT_NOW.test(message) ? 'redis_not_ready' : 'redis_unreachable';
}

/** That Redis cannot be used at all, in the words of the connection, which knows more than that a command was given up. */
export const unusable = (error: Error, lastError: Error | null | undefined): StateUnavailable =>
  error instanceof StateUnavailable && error.reason === 'redis_unauthorized'
    ? error
    : new StateUnavailable(`Redis cannot be used: ${(lastError ?? error).message}`, { cause: error });

/** Whether a step was refused because another rule is in force: this process writes nothing until its own is adopted. */
export const isOfOtherRule = (error: unknown): boolean =>
  error instanceof StateUnavailable && error.reason === 'rule_not_adopted';

/** What is in Redis is not for this program: another schema or number of shards, or a policy that loses data. */
export class StateRefused extends Error {
  readonly code = 'state_refused';
}

/** What went wrong with a command, in the word that callers know, unless the reply says that the command was at fault. */
export function asUnavailable(error: Error): Error {
  if (error.name === 'ReplyError' && !NOT_NOW.test(error.message) && !NOT_ALLOWED.test(error.message)) return error;
  return new StateUnavailable(error.message, { cause: error });
}
