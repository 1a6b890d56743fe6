import { deepEqual, equal, rejects } from "node:assert/strict";
import { FreshInputs } from "./fresh_inputs.ts";

function fresh(inputs: FreshInputs): number[] {
  return [10, 11, 20, 21].filter((position) => inputs.includes({ position }));
}

Deno.test("inputs that came after a process began are its own", () => {
  deepEqual(fresh(new FreshInputs(10)), [11, 20, 21]);
  deepEqual(fresh(new FreshInputs(undefined)), [10, 11, 20, 21]);
});

Deno.test("while it takes over what another had begun none are, and after that those that came later", async () => {
  const inputs = new FreshInputs(10);
  const [one, other] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
  const taking = [one, other].map(({ promise }) => inputs.takingOver(() => promise));
  deepEqual(fresh(inputs), []);
  one.resolve(20);
  await taking[0];
  deepEqual(fresh(inputs), []);
  other.resolve(19);
  await taking[1];
  deepEqual(fresh(inputs), [21]);
});

Deno.test("where that fails nobody knows what another has begun", async () => {
  const inputs = new FreshInputs(10);
  await rejects(inputs.takingOver(() => Promise.reject(new Error("away"))), /away/);
  equal(inputs.includes({ position: 100 }), false);
});
