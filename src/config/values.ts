/** How the text of one setting becomes its value, or a sentence on how to mend it. */
import { isIP } from 'node:net';

/**
 * Either a value, or what the setting must be, worded to follow its name ("must be …"). A mend never repeats what was
 * written: secrets end up in the wrong variable more often than one would think.
 */
export type Parsed<T> = { readonly value: T } | { readonly mend: string };

/** Reads the text of a setting. */
export interface Parser<T> {
  (text: string): Parsed<T>;
  /** What the text must be, worded to follow "must be": the refusal and the reference say the same. */
  readonly form: string;
}

/** A parser by its form. `read` gives a value, null for text of another form, or a mend of its own for what is nearly right. */
export function formed<T>(form: string, read: (text: string) => Parsed<T> | null): Parser<T> {
  const other = { mend: `must be ${form}` };
  return Object.assign((text: string) => read(text) ?? other, { form });
}

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `48h` as milliseconds: a whole number and one of ms, s, m, h, d. Bounds are written the same way. */
export function duration(least: string, most: string): Parser<number> {
  const [leastMs, mostMs] = [durationMs(least), durationMs(most)];
  return formed(
    `a time span from ${least} to ${most}: a whole number and one of ms, s, m, h, d, such as 90s or 48h`,
    (text) => {
      const ms = durationMs(text);
      return ms !== null && ms >= leastMs! && ms <= mostMs! ? { value: ms } : null;
    },
  );
}

/** Milliseconds of a time span, null for text that is none. */
export function durationMs(text: string): number | null {
  const parts = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text);
  return parts ? Number(parts[1]) * UNIT_MS[parts[2] as keyof typeof UNIT_MS] : null;
}

/** The path of a file; whether it can be read is seen when it is. */
export const filePath: Parser<string> = formed('the path of a file', (text) => ({ value: text }));

export function wholeNumber(least: number, most: number): Parser<number> {
  return formed(`a whole number from ${least} to ${most}`, (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? { value } : null;
  });
}

const SWITCH = new Map([
  ...['on', 'true', 'yes', '1'].map((word) => [word, true] as const),
  ...['off', 'false', 'no', '0'].map((word) => [word, false] as const),
]);

export const onOff: Parser<boolean> = formed('on or off', (text) => {
  const value = SWITCH.get(text.toLowerCase());
  return value === undefined ? null : { value };
});

export function oneOf<const Word extends string>(...words: readonly Word[]): Parser<Word> {
  return formed(`one of ${words.join(', ')}`, (text) => {
    const value = words.find((word) => word === text.toLowerCase());
    return value === undefined ? null : { value };
  });
}

/** Text of a certain shape. */
export function shaped(shape: RegExp, form: string): Parser<string> {
  return formed(form, (text) => (shape.test(text) ? { value: text } : null));
}

/** Names parted by commas, each of a certain shape, none twice (ignoring case). */
export function listOf(shape: RegExp, form: string): Parser<readonly string[]> {
  return formed(form, (text) => {
    const value = text.split(',').map((name) => name.trim());
    if (!value.every((name) => shape.test(name))) return null;
    const distinct = new Set(value.map((name) => name.toLowerCase()));
    return distinct.size === value.length ? { value } : { mend: 'names one of them twice: leave one out' };
  });
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
/** Digits and dots alone are a mistyped address, not a name. */
const LIKE_ADDRESS = /^[\d.]+$/;

/** An address or host name to listen on, without brackets or port. */
export const listenHost: Parser<string> = formed(
  'an address or a host name, such as 127.0.0.1 (the port has a setting of its own)',
  (text) => {
    const host = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
    return isIP(host) !== 0 || (HOST_NAME.test(host) && !LIKE_ADDRESS.test(host)) ? { value: host } : null;
  },
);

/** Whose word on the caller's address is taken: nobody's, that of the one proxy in front, or that of these addresses and networks. */
export type TrustedProxies = 'none' | 'nearest' | readonly string[];

const isNetwork = (text: string): boolean => {
  const [address = '', bits, more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  // A network of everyone would let anyone name any address.
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128))
  );
};

export const trustedProxies = formed<TrustedProxies>(
  'off, on, or addresses and networks parted by commas, such as 10.0.0.7 or 10.1.0.0/16',
  (text) => {
    const isSwitch = SWITCH.get(text.toLowerCase());
    if (isSwitch !== undefined) return { value: isSwitch ? 'nearest' : 'none' };
    const value = text.split(',').map((part) => part.trim());
    return value.every(isNetwork) ? { value } : null;
  },
);

/** Whether only this machine can reach a listener on the host. */
export function isLoopback(host: string): boolean {
  return /^127\./.test(host) ? isIP(host) === 4 : ['localhost', '::1', '::ffff:127.0.0.1'].includes(host.toLowerCase());
}

/** Parses an address with a scheme; undefined where it is none. */
export function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
