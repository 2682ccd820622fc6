/** The settings that say where Event Hubs, blob storage and Redis are: checked for form, so that a slip is named at once and not as a time-out later. */
import { isIP } from 'node:net';
import { formed, type Parser, urlOf } from './values.ts';

/** The parts of `Name=value;Name=value`, names in lower case; undefined for text of another form. */
export function connectionParts(text: string): Map<string, string> | undefined {
  const parts = new Map<string, string>();
  for (const part of text.split(';')) {
    if (part.trim() === '') continue;
    const equals = part.indexOf('=');
    if (equals < 1) return undefined;
    parts.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim());
  }
  return parts;
}

const EVENT_HUBS_FORM = 'Endpoint=sb://NAMESPACE.servicebus.windows.net/;SharedAccessKeyName=…;SharedAccessKey=…';

export const eventHubsConnectionString = formed(`an Event Hubs connection string: ${EVENT_HUBS_FORM}`, (text) => {
  const parts = connectionParts(text);
  const endpoint = urlOf(parts?.get('endpoint') ?? '');
  if (parts === undefined || endpoint?.protocol !== 'sb:' || endpoint.hostname === '') return null;
  const hasKey = (parts.get('sharedaccesskeyname') ?? '') !== '' && (parts.get('sharedaccesskey') ?? '') !== '';
  if (!hasKey && (parts.get('sharedaccesssignature') ?? '') === '') {
    return { mend: `holds no key: add SharedAccessKeyName and SharedAccessKey, as in ${EVENT_HUBS_FORM}` };
  }
  return { value: text };
});

/** The one hub that a connection string is for; undefined for one of a whole namespace. */
export function entityPathOf(connectionString: string): string | undefined {
  return connectionParts(connectionString)?.get('entitypath') || undefined;
}

const HOST_NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;

export const eventHubsNamespace: Parser<string> = formed(
  'the full host name of the namespace, such as NAME.servicebus.windows.net (no scheme, no path)',
  (text) => (HOST_NAME.test(text) && text.includes('.') ? { value: text.toLowerCase() } : null),
);

export const eventHubsEndpoint: Parser<string> = formed(
  'an address to connect to, sb://HOST or sb://HOST:PORT',
  (text) => {
    const url = urlOf(text);
    const bare = url !== undefined && url.username === '' && ['', '/'].includes(url.pathname) && url.search === '';
    return bare && url.protocol === 'sb:' && url.hostname !== '' ? { value: `sb://${url.host}` } : null;
  },
);

/** The host of the namespace that a connection string is for, in lower case, with the port where it names one. */
export const namespaceOf = (connectionString: string): string | undefined =>
  urlOf(connectionParts(connectionString)?.get('endpoint') ?? '')?.host.toLowerCase();

export const authorityHost: Parser<string> = formed(
  'the address of an issuer of tokens, such as https://login.microsoftonline.us (https, no path)',
  (text) => {
    const url = urlOf(text);
    const bare = url !== undefined && url.username === '' && ['', '/'].includes(url.pathname) && url.search === '';
    // Whoever can be taken for it could hand out tokens, and collect those that are shown to it.
    return bare && url.protocol === 'https:' && url.hostname !== '' ? { value: url.origin } : null;
  },
);

/** A name as certificates have it. */
export const tlsName: Parser<string> = formed(
  'a host name as it stands in the certificate (no scheme, no port, no address)',
  (text) => (HOST_NAME.test(text) && isIP(text) === 0 ? { value: text.toLowerCase() } : null),
);

export const storageConnectionString: Parser<string> = formed(
  'a storage account connection string: DefaultEndpointsProtocol=https;AccountName=…;AccountKey=…;EndpointSuffix=core.windows.net',
  (text) => {
    const parts = connectionParts(text);
    const has = (name: string): boolean => (parts?.get(name) ?? '') !== '';
    const withKey = has('accountname') && has('accountkey');
    const withSignature = has('blobendpoint') && has('sharedaccesssignature');
    return parts?.get('usedevelopmentstorage') === 'true' || withKey || withSignature ? { value: text } : null;
  },
);

export const storageUrl: Parser<string> = formed(
  'the address of the storage account, such as https://ACCOUNT.blob.core.windows.net (https, no key or signature in it)',
  (text) => {
    const url = urlOf(text);
    const bare =
      url !== undefined && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
    // An identity's token is only ever sent over TLS, so plain http could not work.
    return bare && url.protocol === 'https:' ? { value: text } : null;
  },
);

export const redisUrl: Parser<string> = formed(
  'redis://HOST:PORT, or rediss://HOST:PORT for TLS, with USER:PASSWORD@ before the host where one is needed',
  (text) => {
    const url = urlOf(text);
    const database = url?.pathname.replace(/^\//, '') ?? '';
    const good = url !== undefined && ['redis:', 'rediss:'].includes(url.protocol) && url.hostname !== '';
    return good && /^\d{0,4}$/.test(database) ? { value: text } : null;
  },
);

/** The account that a connection string is for, in whatever words it says so. */
export const accountOf = (connectionString: string): string => {
  const parts = connectionParts(connectionString);
  return ['accountname', 'blobendpoint', 'endpointsuffix', 'usedevelopmentstorage']
    .map((name) => parts?.get(name)?.toLowerCase().replace(/\/+$/, '') ?? '')
    .join(' ');
};

/** Who a connection to Redis says that it is; undefined where the address holds no password. */
export function redisLoginOf(url: string): { readonly username?: string; readonly password: string } | undefined {
  const { username, password } = new URL(url);
  if (password === '') return undefined;
  return { ...(username !== '' && { username: decodeURIComponent(username) }), password: decodeURIComponent(password) };
}

/** Where Redis is, without who may come in. */
export const redisPlaceOf = (url: string): string => {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname.replace(/\/$/, '')}`;
};

/** The number of the database that an address names; 0 where it names none. */
export const redisDatabaseOf = (url: string): number => Number(new URL(url).pathname.replace(/^\//, '') || 0);
