/** A webhook as a target: words, signature, one POST. */
import { digest } from '../detection/digest.ts';
import type { Reach } from './address.ts';
import type { Format, RenderPort } from './ports.ts';
import { type PostTuning, poster, type Resolve } from './post.ts';
import { signed } from './sign.ts';
import type { Facts, Target } from './target.ts';

/** A webhook as the file has it, checked. */
export interface Webhook {
  readonly name: string;
  readonly url: URL;
  /** One, or two while receivers change from one to the other. Never to be shown. */
  readonly keys: readonly Buffer[];
  readonly format: Format;
  /** Lower case. */
  readonly tenants: 'all' | readonly string[];
  readonly view: 'any' | 'resolved' | 'strict';
  readonly severity: Severity;
  readonly reach: Reach;
  readonly isEnabled: boolean;
}

/** From the least on. */
export const SEVERITIES = ['informational', 'low', 'medium', 'high'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Deliveries to one webhook at once, by all processes together: enough for a receiver that takes its time, little enough not to be an attack. */
const PARALLEL_MAX = 8;

export interface SendOptions {
  readonly render: RenderPort;
  readonly now: () => number;
  /** Stands in `user-agent`. */
  readonly agent: string;
  readonly resolve?: Resolve;
  readonly tuning?: Partial<PostTuning>;
  /** The proxy that leads to a host; null where it is reached straight. */
  readonly proxyFor?: (host: string) => string | null;
}

export function webhookTarget(webhook: Webhook, options: SendOptions): Target {
  const { name, url, keys, format, tenants, view, severity, reach, isEnabled } = webhook;
  const told = {
    kind: 'webhook',
    url: shownUrl(url),
    format,
    tenants,
    view,
    severity,
    isEnabled,
    allowPrivate: reach === 'private',
  };
  return {
    ...{ name, kind: 'webhook', address: digest([url.href]), about: JSON.stringify(told), isEnabled },
    ...{ parallelMax: PARALLEL_MAX, ladder: 'ten' },
    version: JSON.stringify([told, url.href, keys.map((key) => key.toString('base64'))]),
    wants: (facts) => wants(webhook, facts),
    open() {
      const { render, now, agent, resolve, tuning, proxyFor = () => null } = options;
      const proxy = proxyFor(url.hostname);
      const way = poster({ url, reach, now, proxy, ...(resolve && { resolve }), ...(tuning && { tuning }) });
      return {
        send(revision, signal) {
          const { body, contentType } = revision.isTest
            ? render.test(revision.id, name)
            : render.revision(revision, format);
          // Signed anew at each try: receivers refuse what was signed minutes ago.
          const headers = {
            'content-type': contentType,
            'user-agent': agent,
            ...(revision.traceparent !== undefined && { traceparent: revision.traceparent }),
            ...signed(revision.id, now(), body, keys),
          };
          return way.post(body, headers, signal);
        },
        close: async () => way.close(),
      };
    },
  };
}

/** A URL for those who ask: what follows the path is left out, since secrets are put there. */
const shownUrl = ({ origin, pathname }: URL): string => `${origin}${pathname}`;

function wants({ tenants, view, severity }: Webhook, facts: Facts): boolean {
  if (facts.isSuppressed) return false;
  if (tenants !== 'all' && !tenants.includes(facts.tenantId)) return false;
  if (view !== 'any' && !facts.views.includes(view)) return false;
  return SEVERITIES.indexOf(facts.severity as Severity) >= SEVERITIES.indexOf(severity);
}
