import { shop } from "@shop/app";
import { orderCancelled } from "../scenarios/order_cancelled.ts";
import { orderFulfilled } from "../scenarios/order_fulfilled.ts";
import { orderRefused } from "../scenarios/order_refused.ts";
import { restart } from "../scenarios/restart.ts";
import { tell } from "../scenarios/stories.ts";
import { isInstalled, password, startDistributionPostgres } from "./distribution_postgres.ts";

const user = `shop:${encodeURIComponent(password)}`;

async function startServer({ pooled }: { readonly pooled: boolean }) {
  const server = await startDistributionPostgres();
  await server.run(
    `create role shop login password '${password}'`,
    ...shop.services.map(({ name }) => `create database "stories_${name}" owner shop`),
  );
  const at = pooled ? server.poolerPort : server.port;
  const query = `sslmode=verify-full&sslrootcert=${server.rootCertificate}`;
  return { ...server, url: `postgres://${user}@localhost:${at}/postgres?${query}` };
}

const ignore = !isInstalled;
const stories = { ...orderFulfilled, ...orderRefused, ...orderCancelled, ...restart };

tell(
  "the lifecycle of an order on PostgreSQL 15, over TLS, through a transaction pooler, as a role that may create nothing",
  stories,
  { ignore, server: () => startServer({ pooled: true }) },
);
tell("an order on PostgreSQL 15, over TLS, as a role that may create nothing", orderFulfilled, {
  ignore,
  server: () => startServer({ pooled: false }),
});
