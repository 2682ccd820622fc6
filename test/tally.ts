/** Counts tests from the events of node:test: those that assert something, not the suites, parents and files around them. */

/** The part of a `test:pass` or `test:fail` event that decides. */
export interface TestEvent {
  readonly name: string;
  readonly nesting: number;
  readonly file?: string | undefined;
  readonly skip?: string | boolean | undefined;
  readonly todo?: string | boolean | undefined;
  readonly details?: { readonly type?: string | undefined; readonly error?: unknown };
}

export class Tally {
  readonly counts = { passed: 0, failed: 0, skipped: 0 };
  /** Files in which no test ran: each counts as failed, or a mistake in it would look like a success. */
  readonly emptyFiles: string[] = [];
  /** How deep each file's last event lay: a parent's own event comes right after those of its children. */
  readonly #depth = new Map<string, number>();

  passed(event: TestEvent): void {
    const isLeaf = this.#isLeaf(event);
    if (isWholeFile(event)) {
      this.emptyFiles.push(event.name);
      this.counts.failed++;
    } else if (isSkipped(event)) this.counts.skipped++;
    else if (isLeaf) this.counts.passed++;
  }

  /** Parents count only for what fails in themselves, and so do files, which fail when their process does. */
  failed(event: TestEvent): void {
    this.#isLeaf(event);
    if (isSkipped(event)) this.counts.skipped++;
    else if (failureTypeOf(event) !== 'subtestsFailed') this.counts.failed++;
  }

  #isLeaf({ nesting, file = '', details }: TestEvent): boolean {
    const before = this.#depth.get(file) ?? 0;
    this.#depth.set(file, nesting);
    return details?.type !== 'suite' && before <= nesting;
  }
}

/** A file speaks under its own path only where it failed or held no test. */
const isWholeFile = ({ name, nesting, file }: TestEvent): boolean => nesting === 0 && name === file;

const isSkipped = ({ skip, todo }: TestEvent): boolean => isSaid(skip) || isSaid(todo);

/** `{ skip: '' }` is said too. */
const isSaid = (mark: string | boolean | undefined): boolean => mark !== undefined && mark !== false;

function failureTypeOf({ details }: TestEvent): unknown {
  const error = details?.error;
  return typeof error === 'object' && error !== null && 'failureType' in error ? error.failureType : undefined;
}
