import { type EventLog, repository, silentLog } from "@headwater/core";
import { openEventLog } from "@headwater/event-store";
import { application, databasesOn, service, startHost } from "@headwater/host";
import { startEmbeddedPostgres } from "@headwater/postgres";
import { participants, tripAggregate } from "./trip.ts";
import { bookingSaga } from "./trip_saga.ts";

/** An application in this process that books trips. */
export type TripAgency = AsyncDisposable & {
  /** Plans a trip, and resolves when its saga has ended: all is booked, or all was given back. */
  book(options: { readonly isFull: boolean }): Promise<void>;
};

const tripService = service({
  name: "trips",
  aggregates: [tripAggregate],
  sagas: [bookingSaga],
});

/** The host runs it as it does the shop: on an embedded event log, with records in an embedded PostgreSQL. */
export async function openTripAgency(folder: string): Promise<TripAgency> {
  await using opening = new AsyncDisposableStack();
  const postgres = opening.use(
    await startEmbeddedPostgres({ directory: `${folder}/postgres`, logger: silentLog }),
  );
  const log = opening.use(openEventLog({ path: `${folder}/headwater.db` }));
  opening.use(
    await startHost(
      application({
        name: "agency",
        services: [tripService, ...participants],
        createGateway: () => () => Promise.resolve(new Response(null, { status: 404 })),
      }),
      { log, database: databasesOn(postgres.url, { logger: silentLog }), logger: silentLog },
    ),
  );
  const endings = opening.use(watchEndings(log));
  const trips = repository(tripAggregate, { log });
  const opened = opening.move();
  return {
    async book({ isFull }) {
      const tripId = crypto.randomUUID();
      const ended = endings.of(tripId, isFull);
      const data = { tripId, seats: 2, isFull };
      await trips.handle({ type: "PlanTrip", data }, { commandId: tripId, correlationId: tripId });
      await ended;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

type Endings = AsyncDisposable & {
  /** Resolves when the trip's saga has ended; rejects when it has come to another end. */
  of(tripId: string, isFull: boolean): Promise<void>;
};

/** Reads the saga's own events, as they become durable. */
function watchEndings(log: EventLog): Endings {
  type Watched = { readonly isFull: boolean; readonly end: PromiseWithResolvers<void> };
  const watched = new Map<string, Watched & { state: typeof bookingSaga.initialState }>();
  const closing = new AbortController();
  const { name, events: { decode }, evolve, finished, initialState } = bookingSaga;

  async function watch(): Promise<void> {
    const subscription = log.subscribe({ categories: [name], signal: closing.signal });
    for await (const { events } of subscription) {
      for (const recorded of events) {
        const tripId = recorded.stream.slice(name.length + 1);
        const one = watched.get(tripId);
        const event = decode(recorded);
        if (!one || !event) continue;
        one.state = evolve(one.state, event);
        if (!finished(one.state)) continue;
        watched.delete(tripId);
        const { standing } = one.state;
        if (standing.length === (one.isFull ? 0 : 3)) one.end.resolve();
        else one.end.reject(new Error(`Cannot trust the rate: what stands is "${standing}"`));
      }
    }
  }
  const watching = watch();
  return {
    of(tripId, isFull) {
      const end = Promise.withResolvers<void>();
      watched.set(tripId, { isFull, end, state: initialState });
      return end.promise;
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await watching;
    },
  };
}
