import assert from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { eventually, within } from "@headwater/testing";
import { listenSteadily } from "./steady_listener.ts";

/** A listener that ends when it is told to, or breaks as one does for which the system has no handle left. */
function toldListener(port: number) {
  const { promise: finished, resolve, reject } = Promise.withResolvers<void>();
  const told = { isShut: false };
  return {
    told,
    addr: { transport: "tcp", hostname: "127.0.0.1", port } as const,
    finished,
    break: () => reject(new Error("Too many open files")),
    shutdown() {
      told.isShut = true;
      resolve();
      return Promise.resolve();
    },
  };
}

Deno.test("who has no handle left for a connection listens again on the same port, as soon as that can be had", async () => {
  const ports: number[] = [];
  const opened: ReturnType<typeof toldListener>[] = [];
  const listener = listenSteadily((port) => {
    ports.push(port);
    if (ports.length === 2) throw new Deno.errors.AddrInUse("not yet");
    const next = toldListener(port === 0 ? 4_711 : port);
    opened.push(next);
    return next;
  }, { port: 0, logger: silentLog });
  assert.equal(listener.address.port, 4_711);
  opened[0]!.break();
  await eventually("its listening again", () => opened.length === 2);
  assert.deepEqual(ports, [0, 4_711, 4_711]);
  await within("its end", listener.shutdown());
  assert.deepEqual(opened.map(({ told: { isShut } }) => isShut), [false, true]);
});

Deno.test("who is shut down while nobody can listen ends", async () => {
  const first = toldListener(4_711);
  let asked = 0;
  const listener = listenSteadily(() => {
    if (asked++ > 0) throw new Deno.errors.AddrInUse("never again");
    return first;
  }, { port: 4_711, logger: silentLog });
  first.break();
  await eventually("a second try", () => asked > 1);
  await within("its end", listener.shutdown());
});
