/** How the texts of OpenTelemetry's variables become values, as its specification has them. */
import { formed, type Parser, urlOf } from './values.ts';

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\x20-\x7e]*$/;

/** `key=value,key=value`, with percent signs before what may not stand there; null where the text is of another form. */
function pairsOf(text: string): Record<string, string> | null {
  const pairs: [string, string][] = [];
  for (const pair of text.split(',').filter((one) => one.trim() !== '')) {
    const at = pair.indexOf('=');
    if (at < 1) return null;
    try {
      pairs.push([decodeURIComponent(pair.slice(0, at).trim()), decodeURIComponent(pair.slice(at + 1).trim())]);
    } catch {
      return null; // A percent sign that begins nothing.
    }
  }
  return Object.fromEntries(pairs);
}

/** The headers of a setting that was checked. */
export const otlpHeadersOf = (text: string): Record<string, string> => pairsOf(text) ?? {};

export const otlpHeaders: Parser<string> = formed(
  'headers parted by commas, NAME=VALUE, with commas and percent signs in a value written %2C and %25',
  (text) => {
    const pairs = Object.entries(pairsOf(text) ?? { '': '' });
    return pairs.every(([name, value]) => HEADER_NAME.test(name) && HEADER_VALUE.test(value)) ? { value: text } : null;
  },
);

export const resourceAttributes: Parser<Readonly<Record<string, string>>> = formed(
  'attributes parted by commas, such as deployment.environment.name=production, percent-encoded',
  (text) => {
    const value = pairsOf(text);
    return value && { value };
  },
);

const isHttp = (url: URL | undefined): url is URL =>
  url !== undefined && ['http:', 'https:'].includes(url.protocol) && url.hostname !== '';

/** Where a collector listens; what it takes each signal under is put behind it. */
export const otlpEndpoint: Parser<string> = formed(
  'the address of a collector, such as http://127.0.0.1:4318 (a user, a password or a key belongs into OTEL_EXPORTER_OTLP_HEADERS)',
  (text) => {
    const url = urlOf(text);
    const isGood = isHttp(url) && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
    return isGood ? { value: text.replace(/\/+$/, '') } : null;
  },
);

/** Where a collector takes one signal, as it is. */
export const otlpSignalEndpoint: Parser<string> = formed(
  'the whole address for this signal, such as http://127.0.0.1:4318/v1/traces',
  (text) => {
    const url = urlOf(text);
    return isHttp(url) && url.username === '' && url.password === '' ? { value: url.href } : null;
  },
);

export const ratio: Parser<number> = formed('a part from 0 to 1, such as 0.1', (text) => {
  const value = /^(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  return value >= 0 && value <= 1 ? { value } : null;
});
