import {
  EventStoreDBClient,
  jsonEvent,
  type JSONEventData,
  type ResolvedEvent,
} from "@eventstore/db-client";
import {
  type EventStoreOptions,
  type EventStoreServer,
  startEventStore,
} from "../start_event_store.ts";

/** A server in memory and the published client. */
export type EventStoreTestBed = AsyncDisposable & {
  readonly server: EventStoreServer;
  readonly client: EventStoreDBClient;
};

/** A test with a server and client of its own. The client's library keeps timers beyond its end, hence no sanitizers. */
export function eventStoreTest(
  name: string,
  test: (bed: EventStoreTestBed) => Promise<void>,
): void {
  Deno.test({
    name,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using bed = await eventStoreTestBed();
      await test(bed);
    },
  });
}

export async function eventStoreTestBed(
  options: Partial<EventStoreOptions> = {},
): Promise<EventStoreTestBed> {
  const server = await startEventStore({ path: ":memory:", port: 0, ...options });
  const client = connect(server);
  return {
    server,
    client,
    async [Symbol.asyncDispose]() {
      await client.dispose();
      await server[Symbol.asyncDispose]();
    },
  };
}

export function connect({ connectionString }: EventStoreServer): EventStoreDBClient {
  return EventStoreDBClient.connectionString(connectionString);
}

/** New events of type "Happened"; `data.n` counts them from 0. */
export function newEvents(count: number, type = "Happened"): JSONEventData[] {
  return Array.from({ length: count }, (_, n) => jsonEvent({ type, data: { n } }));
}

/** Everything that a read gives. */
export async function allOf(read: AsyncIterable<ResolvedEvent>): Promise<ResolvedEvent[]> {
  return await Array.fromAsync(read);
}

/** Revisions of what a read gives, those of the links where there are links. */
export async function revisionsOf(read: AsyncIterable<ResolvedEvent>): Promise<number[]> {
  return (await allOf(read)).map(({ link, event }) => Number((link ?? event)!.revision));
}

/** The type of the error with which the client rejects. */
export async function errorTypeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as { type?: string }).type ?? String(error);
  }
  return "none";
}
