/**
 * Follows files by what they hold. They are watched, and read every few seconds as well: in a container a mounted file is a
 * link whose target is swapped, and over some file systems no news of it comes.
 */
import { type FSWatcher, watch } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a file holds, or why it cannot be read. */
export type Content = { readonly text: string } | { readonly code: string };

/** Files that are longer are not read: keys and certificates are short. */
const FILE_BYTES_MAX = 8 * 1024 * 1024;
const LOOK_EVERY_MS = 5_000;
/** Who writes a file is given a moment to finish. */
const SETTLE_MS = 100;

export async function readContent(path: string): Promise<Content> {
  try {
    const file = await open(path);
    try {
      if ((await file.stat()).size > FILE_BYTES_MAX) return { code: 'too long' };
      return { text: await file.readFile('utf8') };
    } finally {
      await file.close();
    }
  } catch (error) {
    return { code: String((error as NodeJS.ErrnoException).code ?? 'cannot be read') };
  }
}

export const readContents = (paths: readonly string[]): Promise<Content[]> => Promise.all(paths.map(readContent));

/** Calls the listener with all contents whenever one is another than before; gives what ends it. */
export function follow(
  paths: readonly string[],
  first: readonly Content[],
  onChange: (contents: readonly Content[]) => void,
): () => void {
  let last = JSON.stringify(first);
  let ended = false;
  let looking = false;
  let again = false;
  const look = async (): Promise<void> => {
    again = looking;
    if (looking) return;
    looking = true;
    const contents = await readContents(paths);
    looking = false;
    if (ended) return;
    const now = JSON.stringify(contents);
    if (now !== last) {
      last = now;
      onChange(contents);
    }
    if (again) await look();
  };
  const interval = setInterval(look, LOOK_EVERY_MS);
  let soon: NodeJS.Timeout | undefined;
  const watchers = watchFolders(paths, () => {
    clearTimeout(soon);
    soon = setTimeout(look, SETTLE_MS);
  });
  return () => {
    ended = true;
    clearInterval(interval);
    clearTimeout(soon);
    for (const watcher of watchers) watcher.close();
  };
}

/** The folders, not the files: a file that is replaced takes its watcher with it. */
function watchFolders(paths: readonly string[], onNews: () => void): FSWatcher[] {
  return [...new Set(paths.map((path) => dirname(path)))].flatMap((folder) => {
    try {
      return [watch(folder, { persistent: false }, onNews).on('error', () => {})]; // Looking every few seconds goes on.
    } catch {
      return []; // As above.
    }
  });
}
