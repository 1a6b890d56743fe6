export { isRedisInstalled, startRedis, type TestRedis } from "./start_redis.ts";
