export { startPostgres, type PostgresOptions } from './postgres.ts';
export { type Proxy, startProxy } from './start-proxy.ts';
export { startRedisCluster, type RedisCluster } from './redis-cluster.ts';
export { startRedis, type RedisOptions } from './redis.ts';
export { startS3, type S3Options } from './s3.ts';
export { startService, type Service, type ServiceDefinition } from './service.ts';
