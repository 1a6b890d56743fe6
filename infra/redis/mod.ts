export { openRedisStore, type RedisStore, type RedisStoreOptions } from "./open_redis_store.ts";
