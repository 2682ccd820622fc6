/** Answers as tables. */
import type { FastifyReply } from 'fastify';
import { type TObject, Type } from 'typebox';
import { csvLines } from '../formats/csv.ts';
import { exampleOf, type JsonObject } from './example.ts';
import { sendText } from './server.ts';

export const CSV = 'text/csv';

/** What a table is in the document, with a line for an example. */
export const csvText = (schema: TObject) =>
  Type.String({ examples: [tableOf(schema, [exampleOf(schema as unknown as JsonObject) as JsonObject])] });

/** Headers of a list that is given as a table, for the document. */
export const NEXT_HEADERS = {
  'next-cursor': 'Of a table: the `nextCursor` of the page. It is missing at the end of the list.',
  link: 'Of a table: the next page, `rel="next"`. It is missing at the end of the list.',
};

/** Answers with one row for each item. */
export const sendCsv = (
  reply: FastifyReply,
  schema: TObject,
  items: readonly Readonly<Record<string, unknown>>[],
): FastifyReply => sendTable(reply, tableOf(schema, items));

/** Answers with a table that is ready. */
export const sendTable = (reply: FastifyReply, table: string): FastifyReply =>
  sendText(reply, `${CSV}; charset=utf-8; header=present`, table);

/** One row for each item; the columns are the members of their schema, in its order. */
export const tableOf = (schema: TObject, items: readonly Readonly<Record<string, unknown>>[]): string =>
  [...csvLines(Object.keys(schema.properties), items)].join('');
