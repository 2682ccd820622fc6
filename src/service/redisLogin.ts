/** Who this process is to Redis: a token of its identity, or what the file of the address holds now. */
import { decodeJwt } from 'jose';
import { type Config, redisLoginOf, redisPlaceOf, StartFault } from '../config.ts';
import { type LogSink, log } from '../log.ts';
import type { LoginSource } from '../state/redis/login.ts';
import { freshIdentity, IdentityUnavailable } from './identity.ts';
import { type KeptToken, keepToken } from './keptToken.ts';
import { secretOf } from './secrets.ts';

const REDIS_SCOPE = 'https://redis.azure.com/.default';

export interface RedisLogin {
  /** Null where the address says it once and for all. */
  readonly source: LoginSource | null;
  close(): void;
}

/** Rejects with a StartFault where no token is to be had. */
export async function redisLogin({ redis, identity }: Config, now: () => number, logger: LogSink): Promise<RedisLogin> {
  if (redis.entra) {
    const token = await firstToken(identity!, now, logger);
    const source = byToken(token, new URL(redis.url).username, logger);
    source.current();
    return { source, close: () => token.close() };
  }
  if (redis.file === null) return { source: null, close: () => {} };
  const url = secretOf({ name: 'REDIS_URL', first: redis.url, file: redis.file, placeOf: redisPlaceOf, logger });
  // A connection that stands goes on under the password that it began with.
  const source: LoginSource = { current: () => redisLoginOf(url()), onRenewed: () => () => {}, onRefused: () => {} };
  return { source, close: () => {} };
}

async function firstToken(
  identity: NonNullable<Config['identity']>,
  now: () => number,
  logger: LogSink,
): Promise<KeptToken> {
  try {
    return await keepToken({
      // One that keeps no tokens: asked in good time, the issuer is to give another.
      ask: async () => (await (await freshIdentity(identity)).getToken(REDIS_SCOPE))!,
      now,
      onFailed: (error, expiresAt) => log(logger, 'redis_token_late', { err: error, expiresAt: new Date(expiresAt) }),
    });
  } catch (error) {
    if (error instanceof IdentityUnavailable)
      throw new StartFault('dependency', `REDIS_ENTRA: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Redis knows an identity by its object id, which the token names, unless the address says otherwise. */
function byToken(kept: KeptToken, user: string, logger: LogSink): LoginSource {
  return {
    current: () => ({
      username: user === '' ? objectIdOf(kept.token) : decodeURIComponent(user),
      password: kept.token,
    }),
    onRenewed: (listener) => kept.onRenewed(listener),
    onRefused: (error) => log(logger, 'redis_token_refused', { err: error }),
  };
}

function objectIdOf(token: string): string {
  const { oid } = decodeJwt(token);
  if (typeof oid === 'string') return oid;
  throw new StartFault(
    'dependency',
    'REDIS_ENTRA: the token of the identity names no object id: put it as user into REDIS_URL, rediss://OBJECT-ID@HOST:PORT.',
  );
}
