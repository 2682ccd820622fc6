/** The API as it is reached from outside: who may call, and over which certificate. */
import type { Logger } from 'pino';
import { type Access, openAccess } from '../access/access.ts';
import { type Certificate, openCertificate } from '../access/certificate.ts';
import type { Authority } from '../access/entra.ts';
import { type Config, isLoopback } from '../config.ts';
import type { Metrics } from '../metrics.ts';
import { keysFetch } from './wayOut.ts';

/** Null where neither keys nor tokens are configured: the configuration then lets it listen on loopback alone. */
export async function accessOf(
  { access: { keysFile, entra }, proxy }: Config,
  metrics: Metrics,
  logger: Logger,
  authority: Authority | undefined,
): Promise<Access | null> {
  if (keysFile === null && entra === null) return null;
  return openAccess({
    keysFile,
    entra,
    ...(authority && { authority }),
    fetchKeys: (url) => keysFetch(proxy, url),
    events: {
      onReloaded: (outcome) => {
        metrics.accessReloads.inc({ file: 'keys', outcome: 'faults' in outcome ? 'refused' : 'taken' });
        if ('faults' in outcome)
          logger.error({ faults: outcome.faults }, 'new keys refused: those before stay in force');
        else logger.info({ keys: outcome.keys }, 'new keys in force');
      },
      // Of a key nothing but its name.
      onExpiring: ({ name, expiresAt }) =>
        logger.warn(
          { key: name, expiresAt: new Date(expiresAt).toISOString() },
          'API_KEYS_FILE: a key runs out soon: give its caller another one',
        ),
      onUnreachable: (detail) => logger.warn({ detail }, 'the keys that Entra ID signs tokens with cannot be fetched'),
    },
  });
}

/** Null for plain HTTP. */
export async function certificateOf(
  { api: { tls } }: Config,
  metrics: Metrics,
  logger: Logger,
): Promise<Certificate | null> {
  if (tls === null) return null;
  return openCertificate({
    ...tls,
    events: {
      onReloaded: (outcome) => {
        metrics.accessReloads.inc({ file: 'certificate', outcome: 'faults' in outcome ? 'refused' : 'taken' });
        if ('faults' in outcome)
          logger.error({ faults: outcome.faults }, 'new certificate refused: the one before stays in use');
        else logger.info({ validTo: outcome.validTo }, 'new certificate in use');
      },
      onExpired: (validTo) => logger.warn({ validTo }, 'API_TLS_CERT_FILE: the certificate is past its time: renew it'),
    },
  });
}

/** Says it where keys may cross a network in clear; a proxy that serves TLS in front is told by TRUST_PROXY. */
export function warnOfPlainHttp({ api: { host, tls, trustedProxies } }: Config, logger: Logger): void {
  if (tls !== null || trustedProxies !== 'none' || isLoopback(host)) return;
  logger.warn(
    'API_HOST can be reached by others and serves no TLS: keys cross the network in clear. Set API_TLS_CERT_FILE and ' +
      'API_TLS_KEY_FILE, or TRUST_PROXY where a proxy in front serves TLS.',
  );
}

/** Brings the gauge of the keys up to date; called when it is read. */
export function measureAccess(metrics: Metrics, access: Access | null): void {
  const ms = access?.nextExpiryMs() ?? null;
  // No key that runs out is one that never does: whatever is compared with it is less.
  metrics.keyExpiry.set(ms === null ? Number.POSITIVE_INFINITY : ms / 1_000);
}
