/** Runs Azurite's blob service, the store for checkpoints, as a child process. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { startChild } from './child.ts';

export interface AzuriteOptions {
  /** A port that is free. */
  readonly port: number;
  /** Directory for the blobs; without it they are in memory and gone at the end. */
  readonly dataDir?: string;
  /** Files in PEM form: it then speaks TLS, and also takes tokens of identities. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** The only key that opens it, in Base64; the one that Azurite is known for, where none is given. */
  readonly key?: string;
}

export interface Azurite {
  readonly port: number;
  /** For `BlobServiceClient.fromConnectionString`. */
  readonly connectionString: string;
  /** Resolves once it is gone, for whatever reason. */
  readonly gone: Promise<void>;
  /** Ends it and resolves when it has ended. */
  stop(): Promise<void>;
  /** Ends it without a chance to save. */
  kill9(): Promise<void>;
}

/** The account and key that Azurite is known for; they open nothing but Azurite. */
const account = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Starts it and waits until it listens. Rejects, with its last words, if it does not. */
export async function startAzurite({ port, dataDir, tls, key = accountKey }: AzuriteOptions): Promise<Azurite> {
  const packageFile = createRequire(import.meta.url).resolve('azurite/package.json');
  const main = path.join(path.dirname(packageFile), 'dist/src/blob/main.js');
  const child = await startChild({
    name: 'Azurite',
    command: 'env',
    args: [
      ...[`AZURITE_ACCOUNTS=${account}:${key}`, process.execPath, main],
      ...['--blobHost', '127.0.0.1', '--blobPort', String(port)],
      ...(dataDir === undefined ? ['--inMemoryPersistence'] : ['--location', path.resolve(dataDir)]),
      ...(tls === undefined ? [] : ['--cert', tls.certFile, '--key', tls.keyFile, '--oauth', 'basic']),
      '--silent',
      '--disableTelemetry',
      // The client library speaks a newer version of the API than this Azurite knows by name.
      '--skipApiVersionCheck',
    ],
    ready: /successfully listen/i,
  });
  const scheme = tls === undefined ? 'http' : 'https';
  const connectionString = `DefaultEndpointsProtocol=${scheme};AccountName=${account};AccountKey=${key};BlobEndpoint=${scheme}://127.0.0.1:${port}/${account};`;
  return { port, connectionString, gone: child.gone, stop: child.stop, kill9: child.kill9 };
}
