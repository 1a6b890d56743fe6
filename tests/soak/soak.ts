import { soakApi } from "./generated_requests.ts";
import { soakBoundaries } from "./boundaries.ts";
import { soakEventStore } from "./event_store_memory.ts";
import { soakPayment } from "./slow_payment.ts";
import { soakProjections } from "./killed_projections.ts";
import { soakRestart } from "./lost_read_models.ts";
import { soakSagas } from "./saga_schedules.ts";
import { soakShop } from "./shop_soak.ts";
import { soakStrangler } from "./strangled_writes.ts";

const soaks: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  api: soakApi,
  boundaries: soakBoundaries,
  "event-store": soakEventStore,
  payment: soakPayment,
  projections: soakProjections,
  restart: soakRestart,
  sagas: soakSagas,
  shop: soakShop,
  strangler: soakStrangler,
};

const help = `deno task soak NAME [--help]

  api          10,000 requests made of the API's description: no 500, every answer as described; some minutes
  boundaries   kill -9 at every boundary of a fulfilment's steps, of each process in turn; some twenty minutes
  event-store  memory of the embedded event store while ten million events pass; some ten minutes
  payment      payment slowed to 5 s, killed and back: how others are answered meanwhile; a minute
  projections  200 times kill -9 of who builds, switches and keeps a read model; some ten minutes
  restart      a start of the shop without read models after a million events; a few minutes
  sagas        100,000 courses of sagas with all that may happen on their way; some minutes
  shop         50,000 orders of every outcome while parts are killed and frozen: invariants, memory, rest
  strangler    writes to a strangled route while the gateway and the strangler are killed; two minutes
`;

if (import.meta.main) Deno.exitCode = await soak(Deno.args);

async function soak([name = "--help", ...args]: readonly string[]): Promise<number> {
  if (name === "--help") {
    Deno.stdout.writeSync(new TextEncoder().encode(help));
    return 0;
  }
  const chosen = soakNamed(name);
  if (typeof chosen !== "string") return await chosen(args);
  Deno.stderr.writeSync(new TextEncoder().encode(`${chosen}\n`));
  return 2;
}

/** A sentence for people where there is none of that name. */
export function soakNamed(name: string): string | ((args: readonly string[]) => Promise<number>) {
  const found = Object.hasOwn(soaks, name) ? soaks[name] : undefined;
  return found ?? `Cannot soak "${name}": what can be soaked is ${Object.keys(soaks).join(", ")}`;
}
