/** The headers that the document names: an example of each, and those that stand in the answers of every call. */

/** What a header looks like, by its name in lower case. */
export const HEADER_EXAMPLES: Readonly<Record<string, string | number>> = {
  'content-location': '/v1/findings/5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b',
  etag: '"3"',
  'if-match': '"3"',
  'if-none-match': '"3"',
  'last-event-id': 'c1-4711',
  'retry-after': 5,
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
