/** A file that says which process has something, and which of its ports may still be listened on after it died. */
import fs from 'node:fs';

export interface Holder {
  readonly pid: number;
  /** When that process began, as the system counts it, so that a number given again is not taken for it; null where the system does not say. */
  readonly began: string | null;
  readonly ports: readonly number[];
}

export interface Lock {
  /** Replaces the ports that are noted. */
  note(ports: readonly number[]): void;
  release(): void;
}

/** Takes the lock, or gives null where a living process has it. `afterDeath` is awaited before it is taken from a dead one. */
export async function takeLock(file: string, afterDeath: (dead: Holder) => Promise<void>): Promise<Lock | null> {
  const own: Holder = { pid: process.pid, began: beganOf(process.pid), ports: [] };
  while (!create(file, own)) {
    const holder = holderOf(file);
    if (holder !== null && isAlive(holder)) return null;
    if (holder !== null) await afterDeath(holder);
    clearDead(file);
  }
  return {
    note: (ports) => replace(file, { ...own, ports }),
    release: () => fs.rmSync(file, { force: true }),
  };
}

/** Who has the lock, alive or dead; null where nobody has. */
export function holderOf(file: string): Holder | null {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Holder;
  } catch {
    return null;
  }
}

const ownName = (file: string): string => `${file}.${process.pid}`;

/** A link appears with its contents in one step: nobody ever reads half a lock, and of two only one gets it. */
function create(file: string, holder: Holder): boolean {
  fs.writeFileSync(ownName(file), JSON.stringify(holder));
  try {
    fs.linkSync(ownName(file), file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    fs.rmSync(ownName(file), { force: true });
  }
}

function replace(file: string, holder: Holder): void {
  fs.writeFileSync(ownName(file), JSON.stringify(holder));
  fs.renameSync(ownName(file), file);
}

/** Moved away rather than deleted: of several who find the holder dead one moves it. A living one's that was moved by mistake is put back. */
function clearDead(file: string): void {
  const aside = `${file}.dead.${process.pid}`;
  try {
    fs.renameSync(file, aside);
    const holder = holderOf(aside);
    if (holder !== null && isAlive(holder)) fs.linkSync(aside, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    fs.rmSync(aside, { force: true });
  }
}

function isAlive({ pid, began }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return began === null || beganOf(pid) === began;
}

/** The 22nd field of Linux's `stat`: ticks from the start of the machine to that of the process, with the machine's own start. */
function beganOf(pid: number): string | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    // The second field, in brackets, may hold spaces and brackets of its own.
    return `${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return null;
  }
}
