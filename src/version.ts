/** Which version this is: the one place that reads it from the package. */
import { existsSync, readFileSync } from 'node:fs';

/** The version of the package that this file is part of, wherever it was built to. */
export function version(): string {
  for (let folder = new URL('../', import.meta.url); folder.pathname !== '/'; folder = new URL('../', folder)) {
    const manifest = new URL('package.json', folder);
    if (!existsSync(manifest)) continue;
    const { name, version: found } = JSON.parse(readFileSync(manifest, 'utf8')) as { name: string; version: string };
    if (name === 'guestwatch') return found;
  }
  return 'unknown';
}
