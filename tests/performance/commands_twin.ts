import { createHash } from "node:crypto";
import type { StatementSync } from "node:sqlite";
import { AppendTwin } from "./append_twin.ts";
import { type CartItem, cartItem, decideCart, emptyCart, evolveCart } from "./cart.ts";

type Added = { readonly cartId: string; readonly n: number };

/**
 * The bare driver doing a command's I/O: reads the stream's tail from where it knows it, decides, and writes the same
 * row. Commands that are in flight together share a transaction, as they do in the log.
 */
export class CommandsTwin implements Disposable {
  readonly #appends: AppendTwin;
  readonly #tail: StatementSync;
  readonly #states = new Map<string, { revision: number; state: typeof emptyCart }>();

  constructor(path: string) {
    this.#appends = new AppendTwin(path);
    this.#tail = this.#appends.prepare(
      "select e.* from streams s cross join events e on e.stream = s.id where s.name = ? and e.revision >= ? order by e.revision limit 500",
    );
  }

  handle(commands: readonly Added[]): Promise<void> {
    this.#appends.write(commands.map(({ cartId, n }) => {
      const stream = `cart-${cartId}`;
      const data = cartItem(cartId, n);
      const events = decideCart({ type: "AddItem", data }, this.#load(stream));
      return { stream, events: events.map((event) => newEvent(event, data)) };
    }));
    // Whoever serves anything gives the event loop a turn after each transaction.
    return new Promise((resolve) => setImmediate(resolve));
  }

  [Symbol.dispose](): void {
    this.#appends[Symbol.dispose]();
  }

  #load(stream: string): typeof emptyCart {
    let { revision, state } = this.#states.get(stream) ?? { revision: -1, state: emptyCart };
    for (const row of this.#tail.all(stream, revision + 1)) {
      state = evolveCart(state, { type: "ItemAdded", data: JSON.parse(String(row.data)) });
      revision = Number(row.revision);
    }
    this.#states.set(stream, { revision, state });
    return state;
  }
}

/** With metadata as large as those of the log. */
function newEvent(event: { readonly type: string }, data: CartItem) {
  const id = crypto.randomUUID();
  const commandHash = createHash("sha256").update(JSON.stringify(data)).digest("base64url");
  const metadata = {
    $correlationId: id,
    $causationId: id,
    commandId: id,
    commandHash,
    schemaVersion: 1,
  };
  return { id, type: event.type, data, metadata };
}
