import { DBOS } from "@dbos-inc/dbos-sdk";
import { bookTrip, openDeeds, type Trip, type TripPeer } from "./trip_peer.ts";

/** Of DBOS, and as many of those who take part. */
const connections = 20;

/** Whoever takes part has a database of its own, as a service has, and is asked in a step. */
export async function openDbos(
  { databaseUrl, deedsUrl }: { readonly databaseUrl: string; readonly deedsUrl: string },
): Promise<TripPeer> {
  const deeds = await openDeeds(deedsUrl, connections);
  const trip = DBOS.registerWorkflow(
    (trip: Trip) =>
      bookTrip(
        trip,
        (who, deed) =>
          DBOS.runStep(() => deeds.note(trip.tripId, who, deed), { name: `${who} ${deed}` }),
      ),
    { name: "trip" },
  );
  DBOS.setConfig({
    name: "trips",
    systemDatabaseUrl: databaseUrl,
    systemDatabasePoolSize: connections,
    logLevel: "error",
  });
  await DBOS.launch();
  return {
    async book(planned) {
      const handle = await DBOS.startWorkflow(trip, { workflowID: planned.tripId })(planned);
      return await handle.getResult();
    },
    async [Symbol.asyncDispose]() {
      await DBOS.shutdown({ deregister: true });
      await deeds[Symbol.asyncDispose]();
    },
  };
}
