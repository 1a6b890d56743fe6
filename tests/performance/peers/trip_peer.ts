import pg from "pg";

/** A rival that books trips as `../trip.ts` says. */
export type TripPeer = AsyncDisposable & {
  /** Resolves when the saga has ended, and says whether all is booked; false: all was given back. */
  book(trip: Trip): Promise<boolean>;
};

export type Trip = { readonly tripId: string; readonly isFull: boolean };

export type Deed = "booked" | "refused" | "cancelled";

/** A durable step: `who` does it, and keeps that in an entry of its own; false: it says no. */
type Act = (who: string, deed: Deed) => Promise<boolean>;

/** The saga, as both rivals document it: what was done goes on a list, which is worked off backwards at a refusal. */
export async function bookTrip({ isFull }: Trip, act: Act): Promise<boolean> {
  const done: string[] = [];
  for (const who of ["flight", "car", "hotel"]) {
    if (await act(who, isFull && who === "hotel" ? "refused" : "booked")) done.push(who);
    else {
      for (const undone of done.toReversed()) await act(undone, "cancelled");
      return false;
    }
  }
  return true;
}

/** Of whoever keeps them in PostgreSQL: a row for each deed, once. */
export const deedsTable = `create table if not exists deed (
  trip_id text not null, who text not null, deed text not null, seats integer not null,
  noted_at timestamptz not null default now(), primary key (trip_id, who, deed))`;

export type Deeds = AsyncDisposable & {
  /** The row is durable once it resolves, with what `Act` gives. */
  note(tripId: string, who: string, deed: Deed): Promise<boolean>;
};

/** Deeds in a database of those who do them. */
export async function openDeeds(databaseUrl: string, max: number): Promise<Deeds> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max });
  await pool.query(deedsTable);
  return {
    async note(tripId, who, deed) {
      await pool.query({
        name: "note",
        text:
          "insert into deed (trip_id, who, deed, seats) values ($1, $2, $3, 2) on conflict do nothing",
        values: [tripId, who, deed],
      });
      return deed !== "refused";
    },
    [Symbol.asyncDispose]: () => pool.end(),
  };
}
