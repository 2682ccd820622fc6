/** Settings that stand in files, as the files hold them now: a secret that is replaced is shown from the next connection on. */
import { readFileSync } from 'node:fs';
import { readFileAgain } from '../config.ts';
import { type LogSink, log } from '../log.ts';

type Name =
  | 'EVENTHUB_CONNECTION_STRING'
  | 'CHECKPOINT_STORAGE_CONNECTION_STRING'
  | 'REDIS_URL'
  | 'OTEL_EXPORTER_OTLP_HEADERS';

export interface SecretOptions {
  readonly name: Name;
  /** What was read at the start. */
  readonly first: string;
  /** Null where it stood in the environment, which does not change. */
  readonly file: string | null;
  /** Where it leads to. Who finds another place there would go on with half of what it knows. */
  readonly placeOf: (text: string) => string | undefined;
  readonly logger: LogSink;
}

/** Gives what is to be shown now. Read when it is asked for: a mounted file is swapped behind its name, and no news of that is needed. */
export function secretOf({ name, first, file, placeOf, logger }: SecretOptions): () => string {
  if (file === null) return () => first;
  let current = first;
  let told = '';
  const tell = (fault: string): string => {
    if (told !== fault) log(logger, 'secret_refused', { setting: `${name}_FILE` }, fault);
    told = fault;
    return current;
  };
  return () => {
    const { value, problems } = readFileAgain(name, file, (path) => readFileSync(path, 'utf8'));
    if (value === undefined) return tell(problems.map(({ message }) => message).join(' '));
    if (placeOf(value) !== placeOf(first))
      return tell(`${name}_FILE now leads to another place than at the start: start the service anew to go there.`);
    if (value !== current) log(logger, 'secret_taken', { setting: `${name}_FILE` });
    told = '';
    current = value;
    return current;
  };
}
