import {
  type Context,
  createEndpointHandler,
  object,
  type ObjectContext,
  service,
} from "@restatedev/restate-sdk/fetch";
import { startRestate } from "./restate_server.ts";
import { bookTrip, type Deed, openDeeds, type Trip, type TripPeer } from "./trip_peer.ts";

/** Of those who take part. */
const connections = 20;

type Definitions = Parameters<typeof createEndpointHandler>[0]["services"];

/** Whoever takes part has a database of its own, and is asked in a durable step. */
export async function openRestate(
  { directory, deedsUrl }: { readonly directory: string; readonly deedsUrl: string },
): Promise<TripPeer> {
  await using opening = new AsyncDisposableStack();
  const deeds = opening.use(await openDeeds(deedsUrl, connections));
  const trips = service({
    name: "trips",
    handlers: {
      book: (context: Context, trip: Trip) =>
        bookTrip(
          trip,
          (who, deed) => context.run(`${who} ${deed}`, () => deeds.note(trip.tripId, who, deed)),
        ),
    },
  });
  const { book } = opening.use(await serve(directory, [trips]));
  const opened = opening.move();
  return { book, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Whoever takes part is an object of Restate's, which keeps its state, and is called through it. */
export async function openRestateObjects(
  { directory }: { readonly directory: string },
): Promise<TripPeer> {
  const participant = <Name extends string>(name: Name) =>
    object({
      name,
      handlers: {
        act(context: ObjectContext, deed: Deed): Promise<boolean> {
          context.set("deed", { deed, seats: 2 });
          return Promise.resolve(deed !== "refused");
        },
      },
    });
  const participants = [participant("flight"), participant("car"), participant("hotel")];
  const trips = service({
    name: "trips",
    handlers: {
      book: (context: Context, trip: Trip) =>
        bookTrip(trip, (who, deed) => {
          const asked = participants.find(({ name }) => name === who)!;
          return context.objectClient(asked, trip.tripId).act(deed);
        }),
    },
  });
  return await serve(directory, [trips, ...participants]);
}

/** A server of Restate's, and this process as where its handlers are. */
async function serve(directory: string, services: Definitions): Promise<TripPeer> {
  await using opening = new AsyncDisposableStack();
  const restate = opening.use(await startRestate(directory));
  const handler = createEndpointHandler({ services, bidirectional: true, logger() {} });
  const endpoint = opening.use(
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => handler(request)),
  );
  await restate.register(`http://127.0.0.1:${endpoint.addr.port}`);
  const opened = opening.move();
  return {
    async book(trip) {
      const answer = await fetch(`${restate.ingressUrl}/trips/book`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(trip),
      });
      if (!answer.ok) throw new Error(`Cannot book: ${answer.status} ${await answer.text()}`);
      return await answer.json();
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
