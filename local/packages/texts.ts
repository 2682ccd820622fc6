/** The licences of all that runs in production, word for word, as they ask to be handed on with it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { ROOT } from '../build/fault.ts';
import { licensed } from './licences.ts';
import { nameOf, readLock } from './lock.ts';

const IS_TEXT = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

/** For the checkout's packages as they are installed. */
export const writeLicenceTexts = (file: URL): void => writeFileSync(file, licenceTexts());

export function licenceTexts(): string {
  const lock = readLock();
  const paths = new Map<string, string>(
    Object.entries(lock.packages).map(([path, { version }]) => [`${nameOf(path)}@${version}`, path]),
  );
  const parts = licensed(lock)
    .filter(({ isProduction }) => isProduction)
    .map(({ id, licence }) => `${id} (${licence})\n\n${textOf(paths.get(id)!, licence)}\n`);
  return `guestwatch comes with these packages, under their own licences.\n\n${parts.map((part) => `${'-'.repeat(80)}\n${part}`).join('\n')}`;
}

function textOf(path: string, licence: string): string {
  const folder = new URL(`${path}/`, ROOT);
  const names = readdirSync(folder).filter((name) => IS_TEXT.test(name));
  if (names.length > 0)
    return names
      .map((name) => readFileSync(new URL(name, folder), 'utf8').trim().replaceAll('\r\n', '\n'))
      .join('\n\n');
  const { author, homepage } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as {
    author?: string | { name: string };
    homepage?: string;
  };
  const by = typeof author === 'object' ? author.name : author;
  const told = [
    `It comes without the text of its licence, which is ${licence}`,
    by && `by ${by}`,
    homepage && `see ${homepage}`,
  ];
  return `${told.filter((part) => part !== undefined && part !== '').join('; ')}.`;
}
