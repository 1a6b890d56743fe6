// Runs on Node as well, which leaves its types out.
import assert from "node:assert/strict";
import type { EventLog, Service } from "@headwater/core";

/** Joins a club and gives what it shows of its members once they are welcome. */
export async function tour(club: Service, log: EventLog): Promise<unknown> {
  const signal = AbortSignal.timeout(30_000);
  for (const name of ["Ada", "Grace"]) {
    const answer = await club(
      new Request("http://club/api/members", {
        method: "POST",
        headers: { "Content-Type": "application/json", "Idempotency-Key": name },
        body: JSON.stringify({ memberId: name.toLowerCase(), name }),
      }),
    );
    assert.equal(answer.status, 202, await answer.text());
  }
  const position = await welcomed(log, { count: 2, signal });
  const answer = await club(
    new Request("http://club/api/members", {
      headers: { "X-Min-Position": String(position), Prefer: "wait=20" },
    }),
  );
  assert.equal(answer.status, 200);
  return await answer.json();
}

/** Where the log stands once so many members are welcome. */
async function welcomed(
  log: EventLog,
  { count, signal }: { readonly count: number; readonly signal: AbortSignal },
): Promise<number | undefined> {
  let seen = 0;
  for await (const { events, position } of log.subscribe({ categories: ["member"], signal })) {
    seen += events.filter(({ type }) => type === "MemberWelcomed").length;
    if (seen === count) return position;
  }
  throw new Error(`Cannot wait any longer for ${count} welcomes: ${seen} came`);
}
