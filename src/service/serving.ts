/** The API as it is reached from outside: who may call, and over which certificate. */

import type { Logger } from 'pino';
import { type Access, openAccess } from '../access/access.ts';
import { type Certificate, openCertificate } from '../access/certificate.ts';
import type { Authority } from '../access/entra.ts';
import { type Config, isLoopback } from '../config.ts';
import { log } from '../log.ts';
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
        countReload(metrics, 'keys', outcome);
        log(logger, 'faults' in outcome ? 'keys_refused' : 'keys_taken', outcome);
      },
      // Of a key nothing but its name.
      onExpiring: ({ name, expiresAt }) =>
        log(logger, 'key_expiring', { key: name, expiresAt: new Date(expiresAt).toISOString() }),
      onUnreachable: (detail) => log(logger, 'signing_keys_unreachable', { detail }),
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
  const noteExpiry = (validTo: Date): void =>
    metrics.certificateExpiry.set({ file: 'certificate' }, Math.floor(validTo.getTime() / 1000));
  const certificate = await openCertificate({
    ...tls,
    events: {
      onReloaded: (outcome) => {
        countReload(metrics, 'certificate', outcome);
        if ('validTo' in outcome) noteExpiry(outcome.validTo);
        log(logger, 'faults' in outcome ? 'certificate_refused' : 'certificate_taken', outcome);
      },
      onExpired: (validTo) => log(logger, 'certificate_expired', { validTo }),
    },
  });
  noteExpiry(certificate.validTo);
  return certificate;
}

/** How often a file changed, and whether it is good now. */
function countReload(metrics: Metrics, file: 'keys' | 'certificate', outcome: object): void {
  const isRefused = 'faults' in outcome;
  metrics.accessReloads.inc({ file, outcome: isRefused ? 'refused' : 'taken' });
  metrics.accessFileBad.set({ file }, isRefused ? 1 : 0);
}

/** Says it where keys may cross a network in clear; a proxy that serves TLS in front is told by TRUST_PROXY. */
export function warnOfPlainHttp({ api: { host, tls, trustedProxies } }: Config, logger: Logger): void {
  if (tls !== null || trustedProxies !== 'none' || isLoopback(host)) return;
  log(logger, 'plain_http');
}

/** Brings the gauge of the keys up to date; called when it is read. */
export function measureAccess(metrics: Metrics, access: Access | null): void {
  const ms = access?.nextExpiryMs() ?? null;
  // No key that runs out is one that never does: whatever is compared with it is less.
  metrics.keyExpiry.set(ms === null ? Number.POSITIVE_INFINITY : ms / 1_000);
}
