/** Runs real redis-server processes: one alone, or a Cluster of three. */
export { type RedisCluster, startRedisCluster } from './redis/cluster.ts';
export { type RedisOptions, type RedisServer, startRedis } from './redis/server.ts';
