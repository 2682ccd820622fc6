/** What the check of the image does, told line by line: each step is a law that holds or does not. */

/** A reason why nothing can be tried, for whoever runs it: a sentence, and the exit code. */
export class CheckFault extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 3) {
    super(message);
    this.name = 'CheckFault';
    this.exitCode = exitCode;
  }
}

let passed = 0;

export const passedCount = (): number => passed;

/** Runs one step, and says how long it took; what it throws is the caller's to tell. */
export async function step<T>(law: string, run: () => T | Promise<T>): Promise<T> {
  const since = performance.now();
  try {
    const value = await run();
    passed++;
    say(`good: ${law} (${((performance.now() - since) / 1_000).toFixed(1)} s)`);
    return value;
  } catch (error) {
    say(`FAILED: ${law}`);
    throw error;
  }
}

export const say = (line: string): void => void process.stdout.write(`${line}\n`);
