/** A server that gives the bytes that it was told from memory, and does nothing else: the floor of an answer. */
import fastify from 'fastify';

process.once('message', async (body: string) => {
  const app = fastify();
  app.get('/v1/findings', (_request, reply) => reply.type('application/json; charset=utf-8').send(body));
  process.send!(await app.listen({ port: 0, host: '127.0.0.1' }));
});
process.on('disconnect', () => process.exit(0));
