import process from "node:process";
import { run } from "@headwater/host";
import { shop } from "@shop/app";
import { longer, type Stall, vitalsLine } from "./vitals.ts";

const sayEveryMs = 1_000;
/** A stall may be so much longer than what is seen of it. */
const lookEveryMs = 20;
const none: Stall = { ms: 0, cpuMs: 0 };

/** The shop as `services/main.ts` runs it; each of its processes says on standard error how it is. */
if (import.meta.main) {
  sayVitals();
  await run(shop);
}

/** Every second; at SIGUSR2 once more, after all garbage was collected (`--expose-gc`). */
function sayVitals(): void {
  let lookedAt = performance.now();
  let cpuMs = cpuTimeMs();
  let stall = none;
  let saidAt = lookedAt;

  function say({ isCollected }: { readonly isCollected: boolean }): void {
    const { rss: rssBytes, heapUsed: heapBytes } = Deno.memoryUsage();
    const vitals = { ...whoWeAre(), pid: Deno.pid, rssBytes, heapBytes, isCollected, stall };
    Deno.stderr.writeSync(new TextEncoder().encode(vitalsLine(vitals)));
    stall = none;
  }
  function look(): void {
    const now = performance.now();
    const cpuNow = cpuTimeMs();
    stall = longer(stall, { ms: now - lookedAt - lookEveryMs, cpuMs: cpuNow - cpuMs });
    [lookedAt, cpuMs] = [now, cpuNow];
    if (now - saidAt < sayEveryMs) return;
    say({ isCollected: false });
    saidAt = now;
  }
  setInterval(look, lookEveryMs);
  Deno.addSignalListener("SIGUSR2", () => {
    const collect: unknown = Reflect.get(globalThis, "gc");
    if (typeof collect === "function") collect();
    say({ isCollected: true });
    // It was asked for, and is no stall of the shop's own
    [lookedAt, cpuMs] = [performance.now(), cpuTimeMs()];
  });
}

function whoWeAre(): { readonly part: string; readonly port: number } {
  const [command = "", name = ""] = Deno.args;
  const port = Number(Deno.args[Deno.args.indexOf("--port") + 1]) || 0;
  if (command === "service") return { part: name, port };
  const isOne = command === "dev" && !Deno.args.includes("--split");
  return { part: command === "dev" ? isOne ? "shop" : "supervisor" : command, port };
}

function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
