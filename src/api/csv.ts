/** Answers as tables. */
import type { FastifyReply } from 'fastify';
import { type TObject, Type } from 'typebox';
import { csvLines } from '../formats/csv.ts';
import { sendText } from './server.ts';

export const CSV = 'text/csv';

/** What a table is in the document. */
export const CsvText = Type.String();

/** Headers of a list that is given as a table, for the document. */
export const NEXT_HEADERS = {
  'next-cursor': 'Of a table: the `nextCursor` of the page. It is missing at the end of the list.',
  link: 'Of a table: the next page, `rel="next"`. It is missing at the end of the list.',
};

/** Answers with one row for each item; the columns are the members of their schema, in its order. */
export function sendCsv(
  reply: FastifyReply,
  schema: TObject,
  items: readonly Readonly<Record<string, unknown>>[],
): FastifyReply {
  const lines = csvLines(Object.keys(schema.properties), items);
  return sendText(reply, `${CSV}; charset=utf-8; header=present`, [...lines].join(''));
}
