/** Lets one launcher at a time set up this checkout: two first commands at once would take the packages from under each other. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { LAUNCHER_FOLDER, say } from './place.js';
import { isAlive, isOfThisBoot } from './running.js';

const LOCK = `${LAUNCHER_FOLDER}/setup.lock`;
const ASK_AGAIN_MS = 250;

/** Runs `work` while holding the lock, after waiting for whoever holds it now. A holder that died is no holder. */
export async function withSetupLock(work) {
  mkdirSync(LAUNCHER_FOLDER, { recursive: true });
  let told = false;
  while (!take()) {
    const holder = holderOf();
    if (holder === null) clearDead();
    else {
      if (!told) say(`waiting for another command (process ${holder}) to finish setting up`);
      told = true;
      await pause(ASK_AGAIN_MS);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

/** A link appears with its contents in one step, so that nobody reads a lock without a process id in it. */
function take() {
  const own = `${LOCK}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, LOCK);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/** The process that holds the lock; null where it is dead, or the lock gone by now. */
function holderOf(path = LOCK) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return isOfThisBoot(path) && pid > 0 && isAlive(pid) ? pid : null;
  } catch {
    return null;
  }
}

/**
 * Moved away rather than deleted: of several that find the holder dead, one moves it. Where a new holder was quicker and it
 * was his that was moved, it is put back.
 */
function clearDead() {
  const aside = `${LOCK}.dead.${process.pid}`;
  try {
    renameSync(LOCK, aside);
    if (holderOf(aside) !== null) linkSync(aside, LOCK);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}
