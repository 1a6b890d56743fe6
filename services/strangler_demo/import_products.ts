import { derivedId, type ServiceClient } from "@headwater/core";
import type { ProductCommand } from "@shop/catalog/contract";

/** A row as the old shop hands it out. */
type OldRow = {
  readonly SKU: string;
  readonly TITLE: string;
  readonly DESCR: string | null;
  readonly PRICE: string;
  readonly CCY: string;
  readonly LAST_MODIFIED: string;
};

export type ImportOptions = {
  readonly legacyUrl: string;
  readonly client: ServiceClient;
  /** Of the log, before anything is carried over. */
  readonly head: number | undefined;
  /** What "4.50" is in minor units. */
  minorUnits(price: string): number;
};

const atOnce = 8;

/** How many rows there were, and what became of them. */
export type Imported = {
  readonly rows: number;
  readonly listed: number;
  readonly priced: number;
  /** Those that were there already, as they are. */
  readonly same: number;
  /** Of the last command: what the catalogue shows knows of it by now. */
  readonly position: number;
};

/**
 * Lists in the catalogue what the old shop has, page by page; what is listed already gets the price of the old shop. Ids
 * of commands are derived from the row as it is: again, or after a crash in the middle, nothing happens twice. Not for
 * products that have been moved to the new side for good: theirs is another price by now, and the old shop knows nothing of it.
 */
export async function importProducts(
  { legacyUrl, ...options }: ImportOptions,
): Promise<Imported> {
  const counts = { rows: 0, listed: 0, priced: 0, same: 0 };
  let position = -1;
  for (let page = 1, pages = 1; page <= pages; page++) {
    const answer = await fetch(`${legacyUrl}/admin/products?page=${page}`);
    if (!answer.ok) throw new Error(`Cannot read page ${page} of the old shop: ${answer.status}`);
    const { ROWS, PAGES }: { ROWS: OldRow[]; PAGES: number } = await answer.json();
    pages = PAGES;
    for (let from = 0; from < ROWS.length; from += atOnce) {
      const some = ROWS.slice(from, from + atOnce);
      const fates = await Promise.all(some.map((row) => carryOver(row, options)));
      counts.rows += some.length;
      for (const fate of fates) {
        counts[fate.came]++;
        position = Math.max(position, fate.position);
      }
    }
  }
  await untilShown(options.client, position);
  return { ...counts, position };
}

async function carryOver(
  row: OldRow,
  { client, head = -1, minorUnits }: Omit<ImportOptions, "legacyUrl">,
): Promise<{ readonly came: "listed" | "priced" | "same"; readonly position: number }> {
  const { SKU: sku, TITLE: name, DESCR, CCY: currency } = row;
  const price = minorUnits(row.PRICE);
  const description = DESCR ?? "";
  const listing = {
    type: "ListProduct",
    data: { sku, name, description, price, currency },
  } as const;
  const listed = await send(listing, { client, row });
  if (listed !== "exists") return { came: listed > head ? "listed" : "same", position: listed };
  const pricing = { type: "ChangePrice", data: { sku, price, currency } } as const;
  const priced = await send(pricing, { client, row });
  if (priced === "exists") throw new Error(`Cannot carry over the price of "${sku}"`);
  return { came: priced > head ? "priced" : "same", position: priced };
}

async function untilShown(client: ServiceClient, position: number): Promise<void> {
  const answer = await client.call(
    "catalog",
    new Request("http://catalog/api/products?limit=1", {
      headers: { "X-Min-Position": String(position), Prefer: "wait=10" },
    }),
  );
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`Cannot see what was carried over: ${answer.status}`);
}

/** Where in the log it has led to something; `exists`: there is another one of that name. */
async function send(
  { type, data }: ProductCommand,
  { client, row }: { readonly client: ServiceClient; readonly row: OldRow },
): Promise<number | "exists"> {
  const answer = await client.call(
    "catalog",
    new Request(`http://catalog/commands/${type}`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Idempotency-Key": derivedId(type, row.SKU, row.LAST_MODIFIED, String(data.price)),
      },
      body: JSON.stringify(data),
    }),
  );
  if (answer.ok) {
    await answer.body?.cancel();
    return Number(answer.headers.get("X-Position"));
  }
  const { code, detail } = await answer.json();
  if (code === "product-exists") return "exists";
  throw new Error(`Cannot carry over "${row.SKU}": ${answer.status} ${detail}`);
}
