/** Sends the sample traffic as a program of anyone's would: with the producer of Azure's own library. */
import fs from 'node:fs';
import { EventHubProducerClient } from '@azure/event-hubs';
import type { Sending } from './crowd.ts';

export interface Sender {
  /** How many records, and events, were sent. */
  readonly sent: { readonly records: number; readonly events: number };
  /** Sends in order: what goes to one hub in one piece, before what follows for the other. */
  send(sendings: readonly Sending[]): Promise<void>;
  /** From now on what is sent is not written to the copy any more. */
  endCopy(): void;
  close(): Promise<void>;
}

/** Long enough for a busy machine, short enough to say so before anyone thinks that it hangs. */
const RETRY_OPTIONS = { maxRetries: 3, retryDelayInMs: 200, timeoutInMs: 10_000 };

/** `copy` is a file that gets every record as a line, to try the replay on. Once aborted, nothing more is sent. */
export function openSender(connectionString: string, copy: string, abortSignal: AbortSignal): Sender {
  const producers = new Map<string, EventHubProducerClient>();
  const sent = { records: 0, events: 0 };
  let file: number | null = fs.openSync(copy, 'w');
  const producerOf = (hub: string) => {
    let producer = producers.get(hub);
    if (producer === undefined) {
      producer = new EventHubProducerClient(connectionString, hub, { retryOptions: RETRY_OPTIONS });
      producers.set(hub, producer);
    }
    return producer;
  };
  const endCopy = () => {
    if (file !== null) fs.closeSync(file);
    file = null;
  };
  return {
    sent,
    async send(sendings) {
      for (const sending of sendings) {
        await producerOf(sending.hub).sendBatch([{ body: bodyOf(sending) }], { abortSignal });
        sent.records += sending.records.length;
        sent.events++;
        if (file !== null) fs.writeSync(file, sending.records.map((record) => `${JSON.stringify(record)}\n`).join(''));
      }
    },
    endCopy,
    async close() {
      endCopy();
      await Promise.all([...producers.values()].map((producer) => producer.close()));
    },
  };
}

/** The envelope of Entra's diagnostic settings. */
const bodyOf = ({ records, junk }: Sending): unknown => (junk === undefined ? { records } : Buffer.from(junk));
