import { parseArgs } from "node:util";
import { legacyShop } from "./legacy_shop.ts";

/** `deno run --allow-net --allow-read --allow-write main.ts --port 8080 --data shop.db`; says where it is when it is. */
if (import.meta.main) {
  const { values } = parseArgs({
    args: [...Deno.args],
    options: {
      port: { type: "string", default: "8080" },
      data: { type: "string", default: "legacy_shop.db" },
      "pause-ms": { type: "string", default: "0" },
    },
  });
  const shop = legacyShop({ path: values.data, pauseMs: Number(values["pause-ms"]) });
  // Bare on purpose: it knows nothing of us, and whatever limits clients meet is the gateway's
  Deno.serve({
    hostname: "127.0.0.1",
    port: Number(values.port),
    // deno-lint-ignore no-console -- the program's own output
    onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
  }, shop.fetch);
}
