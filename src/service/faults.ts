/** What can go wrong at the start, in the terms of the one who can mend it. */
import { AccessRefused } from '../access/refused.ts';
import { StartFault } from '../config.ts';
import { ConsumerStartError } from '../consumer/consumer.ts';
import { StateRefused, StateUnavailable } from '../state/redis/errors.ts';

/** What went wrong at the start, as a fault that the one who runs it can mend; anything else is a fault of the program. */
export function startFault(error: unknown): unknown {
  if (error instanceof AccessRefused) return new StartFault('settings', error.faults, { cause: error });
  if (error instanceof StateRefused) return new StartFault('settings', error.message, { cause: error });
  if (error instanceof StateUnavailable && error.reason === 'redis_unauthorized')
    return new StartFault('dependency', `REDIS_URL: Redis does not let us in: ${error.message}`, { cause: error });
  if (error instanceof StateUnavailable) {
    return new StartFault(
      'dependency',
      `REDIS_URL: ${error.message}. Start Redis there, or set REDIS_URL to where it is.`,
      { cause: error },
    );
  }
  if (error instanceof ConsumerStartError) {
    // A role that is given, or comes into force, mends a start without another setting; a wrong key is a wrong setting.
    const isAway = /_(unreachable|role_missing|unavailable)$/.test(error.code);
    return new StartFault(isAway ? 'dependency' : 'settings', error.message, { cause: error });
  }
  return error;
}
