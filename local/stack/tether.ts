/**
 * Loaded into a service that a stack starts: ends it when the process at the other end of its standard input is gone. Whoever kills
 * that with -9 leaves nobody to stop the service in order, and its Redis ends as well; it is made to bear being killed.
 */
process.stdin.once('close', () => process.kill(process.pid, 'SIGKILL'));
process.stdin.on('error', () => {});
process.stdin.resume();
// Nothing will be read: it must not keep a process that is done.
(process.stdin as unknown as { unref(): void }).unref();
