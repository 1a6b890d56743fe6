import { DeadlineExceeded, type ServiceClient } from "@headwater/core";
import assert from "node:assert/strict";
import { askService } from "./ask_service.ts";

const silent: ServiceClient = {
  call: (_service, { signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      if (signal.aborted) reject(signal.reason);
    }),
};
const never = 2 ** 31 - 1;

for (const changes of [false, true]) {
  const what = changes ? "an act" : "a look";
  const limits = changes ? { actMs: 1, lookMs: never } : { actMs: never, lookMs: 1 };

  Deno.test(`${what} at a service that is silent is given up, and its outcome is not known`, async () => {
    const asked = { service: "stock", path: "projections", args: {}, changes, limits };
    await assert.rejects(
      askService(silent, asked),
      new DeadlineExceeded('"stock" has not answered within 1 ms'),
    );
  });
}

Deno.test("who leaves before the answer is no silence of the service", async () => {
  const left = new Error("nobody waits any more");
  const asked = { service: "stock", path: "projections", args: {}, changes: false };
  await assert.rejects(askService(silent, { ...asked, signal: AbortSignal.abort(left) }), left);
});
