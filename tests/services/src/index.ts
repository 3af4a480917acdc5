export { startPostgres, type PostgresOptions } from './postgres.ts';
export { startRedisCluster, type RedisCluster } from './redis-cluster.ts';
export { startRedis, type RedisOptions } from './redis.ts';
export { startService, type Service, type ServiceDefinition } from './service.ts';
