/** The headers that the document names: an example of each, and those that stand in the answers of every call. */

/** What a header looks like, by its name in lower case. */
export const HEADER_EXAMPLES: Readonly<Record<string, string | number>> = {
  accept: 'application/cloudevents-batch+json',
  'content-location': '/v1/findings/5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b',
  etag: '"3"',
  'if-match': '"3"',
  'if-none-match': '"3"',
  'last-event-id': 'c1-4711',
  link: '</v1/findings?cursor=c1-4711>; rel="next"',
  location: '/v1/suppressions/7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f',
  'next-cursor': 'c1-4711',
  'retry-after': 5,
  'rows-at': '2026-11-23T03:12:09.1234567Z',
  'rows-complete': 'true',
  'rows-tenant-id': '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11',
  'rows-view': 'strict',
  vary: 'accept',
  'www-authenticate': 'Bearer',
  'x-request-id': '7f0c6b1e-9d0b-4a51-b0f0-0d3c2f8f3a10',
};

/** Headers that are always there, each with its meaning: with every answer, or with every answer of these statuses. */
export const SHARED_HEADERS: Readonly<
  Record<string, { readonly statuses?: readonly number[]; readonly about: string }>
> = {
  'x-request-id': { about: "Names this request: the service's log has it." },
  'www-authenticate': { statuses: [401], about: 'How to say who calls: always `Bearer`.' },
  'retry-after': { statuses: [429, 503], about: 'Seconds to wait before asking again.' },
};
