import { type Log, Unavailable } from "@headwater/core";
import {
  changedUrl,
  connect,
  dropDatabase,
  ensureDatabase,
  recogniseDatabase,
} from "@headwater/postgres";
import type { Application, ServiceDatabase } from "./application.ts";

/** What the names of an application's databases begin with. */
const ownPrefix = "headwater";

/** Somebody is there to wait, and what operators do may take its time. */
export const operatorsPatienceMs = 60_000;

/** Finds the databases of services on a server: a URL for each, made when it is not there. */
export function databasesOn(
  serverUrl: string,
  { prefix = ownPrefix, services = [], logger }: {
    /** Tells them from those of other applications on that server. */
    readonly prefix?: string;
    /** All that will be asked for: who may not make databases is told which. */
    readonly services?: readonly { readonly name: string }[];
    readonly logger: Log;
  },
): (service: string) => Promise<string> {
  function nameOf(service: string): string {
    return `${prefix}_${service}`;
  }
  return (service) =>
    ensureDatabase({
      adminUrl: serverUrl,
      name: nameOf(service),
      names: [...new Set([service, ...services.map(({ name }) => name)])].map(nameOf).toSorted(),
      logger,
    });
}

/** Databases of an application that is thrown away: like `databasesOn`, and each that was made goes when it is disposed. */
export function throwAwayDatabases(
  serverUrl: string,
  options: Parameters<typeof databasesOn>[1] & { readonly prefix: string },
): AsyncDisposable & { readonly database: (service: string) => Promise<string> } {
  const { prefix, logger } = options;
  const asked = new Set<string>();
  const open = databasesOn(serverUrl, options);
  return {
    database(service) {
      asked.add(service);
      return open(service);
    },
    async [Symbol.asyncDispose]() {
      for (const service of asked) {
        await dropDatabase({ adminUrl: serverUrl, name: `${prefix}_${service}`, logger });
      }
    },
  };
}

/** Where the database of a service is on a server, whether it was made or not. */
export function databaseUrl(serverUrl: string, service: string): string {
  return changedUrl(serverUrl, { database: `${ownPrefix}_${service}` });
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
    const known = await knownUrl(await url(service), logger);
    const sql = connect({ url: known, name, max: 2, patienceMs: operatorsPatienceMs, logger });
    connecting.defer(() => sql.end());
    return { service, views, sagas, sql };
  }));
  const connected = connecting.move();
  return { databases, [Symbol.asyncDispose]: () => connected.disposeAsync() };
}

/** One that is away, or not made yet, must not hide the others: whoever asks it will be told. */
async function knownUrl(url: string, logger: Log): Promise<string> {
  try {
    return await recogniseDatabase({ url, logger });
  } catch (error) {
    if (Unavailable.isCauseOf(error)) return url;
    throw error;
  }
}
