import type { Log } from "@headwater/core";
import { connect, ensureDatabase } from "@headwater/postgres";
import type { Application, ServiceDatabase } from "./application.ts";

/** What the names of an application's databases begin with. */
const ownPrefix = "headwater";

/** Finds the databases of services on a server: a URL for each, made when it is not there. */
export function databasesOn(
  serverUrl: string,
  { prefix = ownPrefix, logger }: {
    /** Tells them from those of other applications on that server. */
    readonly prefix?: string;
    readonly logger: Log;
  },
): (service: string) => Promise<string> {
  return (service) => ensureDatabase({ adminUrl: serverUrl, name: `${prefix}_${service}`, logger });
}

/** Where the database of a service is on a server, whether it was made or not. */
export function databaseUrl(serverUrl: string, service: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(`${ownPrefix}_${service}`)}`;
  return url.href;
}

/**
 * The databases of an application, for one who looks at them from outside.
 * @internal
 */
export type ConnectedDatabases = AsyncDisposable & {
  readonly databases: readonly ServiceDatabase[];
};

/** A few connections to each database; none before the first query. */
export async function connectDatabases(
  { services }: Application,
  { url, name, logger }: {
    /** Of a service's database. */
    url(service: string): string | Promise<string>;
    /** What the server's list of connections shows. */
    readonly name: string;
    readonly logger: Log;
  },
): Promise<ConnectedDatabases> {
  await using connecting = new AsyncDisposableStack();
  const databases = await Promise.all(services.map(async ({ name: service, views, sagas }) => {
    const sql = connect({ url: await url(service), name, max: 2, logger });
    connecting.defer(() => sql.end({ timeout: 1 }));
    return { service, views, sagas, sql };
  }));
  const connected = connecting.move();
  return { databases, [Symbol.asyncDispose]: () => connected.disposeAsync() };
}
