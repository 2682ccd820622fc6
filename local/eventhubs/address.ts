/** Reads link addresses: whether they name a node of the endpoint itself, a hub to send to or a partition to read. */

/** What an address names, by the words in it; whether it exists is another question. */
export type Address =
  | { readonly kind: 'cbs' }
  | { readonly kind: 'management' }
  | { readonly kind: 'send'; readonly path: string; readonly hub: string; readonly partition: string | undefined }
  | {
      readonly kind: 'read';
      readonly path: string;
      readonly hub: string;
      readonly group: string;
      readonly partition: string;
    };

const sendPattern = /^([^/]+)(?:\/partitions\/([^/]+))?$/i;
const readPattern = /^([^/]+)\/consumergroups\/([^/]+)\/partitions\/([^/]+)$/i;

/** The address taken apart; undefined if it has none of the forms. */
export function parseAddress(address: string): Address | undefined {
  if (address === '$cbs') return { kind: 'cbs' };
  if (address === '$management') return { kind: 'management' };
  const path = pathOf(address);
  const send = sendPattern.exec(path);
  if (send) return { kind: 'send', path, hub: send[1]!, partition: send[2] };
  const read = readPattern.exec(path);
  if (read) return { kind: 'read', path, hub: read[1]!, group: read[2]!, partition: read[3]! };
  return undefined;
}

/** The path of an address or audience, without scheme, host and slashes at either end. */
export function pathOf(uri: string): string {
  return uri.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/^\/+|\/+$/g, '');
}
